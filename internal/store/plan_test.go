package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/store"
	"crier/internal/viewer"
)

// TestPlans holds the queries that a server asks most to the indexes that serve
// them. A new SQLite database has no statistics to find them by.
func TestPlans(t *testing.T) {
	t.Parallel()
	s := migrated(t, databases["sqlite"](t))
	ids := []int64{1, 2, 3}
	latest := []market.Sort{{Column: "updated_at", Desc: true}}
	displayed := []market.Cond{market.Eq("published", true), market.InQuery("seller_id", market.Sub{
		Kind: "Seller", Column: "id", Where: []market.Cond{market.Eq("online", true)},
	})}
	for name, c := range map[string]struct {
		kind string
		q    market.Query
		want []string // each in the plan, "!" before it: not in the plan
	}{
		"by number": {"Advert", market.Query{Where: []market.Cond{market.In("id", ids)}},
			[]string{"SEARCH adverts USING INTEGER PRIMARY KEY"}},
		"by number, where another kind decides": {"Order", market.Query{Where: []market.Cond{market.In("id", ids)}},
			[]string{"SEARCH orders USING INTEGER PRIMARY KEY", "SEARCH invoices EXISTS USING INDEX invoices_order_id", "!TEMP"}},
		"children": {"Variant", market.Query{Where: []market.Cond{market.In("advert_id", ids)}, Per: "advert_id", Limit: 51},
			[]string{"SEARCH variants USING INDEX variants_advert_id"}},
		"children on display": {"Variant", market.Query{Where: []market.Cond{
			market.In("advert_id", ids), market.InQuery("advert_id", market.Sub{Kind: "Advert", Column: "id", Where: displayed}),
		}}, []string{"SEARCH variants USING INDEX variants_advert_id", "SEARCH adverts EXISTS USING INTEGER PRIMARY KEY", "SEARCH sellers USING INTEGER PRIMARY KEY"}},
		"by what belongs to it": {"Advert", market.Query{Where: []market.Cond{market.InQuery("id", market.Sub{
			Kind: "ExternalID", Column: "owner_id",
			Where: []market.Cond{market.Eq("owner_type", "Advert"), market.Eq("key", "erp"), market.In("value", []string{"1"})},
		})}}, []string{"SEARCH adverts USING INTEGER PRIMARY KEY", "external_ids_owner_type_key_value_unique"}},
		"by the buyer": {"Invoice", market.Query{Where: []market.Cond{market.InQuery("order_id", market.Sub{
			Kind: "Order", Column: "id", Where: []market.Cond{market.EqualFold("email_address", "Buyer@mail.example")},
		})}}, []string{"SEARCH invoices USING INDEX invoices_order_id", "SEARCH orders USING COVERING INDEX orders_email_address_lower"}},
		"by the status of a line": {"RefundRequest", market.Query{Limit: 51, Where: []market.Cond{market.InQuery("id", market.Sub{
			Kind: "RefundRequestLineItem", Column: "refund_request_id", Where: []market.Cond{market.In("status", []string{"PENDING_APPROVAL"})},
		})}}, []string{"SEARCH refund_requests USING INTEGER PRIMARY KEY", "refund_request_line_items_status_refund_request_id"}},
		"metadata": {"Metadatum", market.Query{Where: []market.Cond{market.Eq("owner_type", "Advert"), market.In("owner_id", ids)}},
			[]string{"SEARCH metadata USING INDEX metadata_owner_type_owner_id_key_unique"}},
		"a seller's page": {"Advert", market.Query{Limit: 51},
			[]string{"USING INDEX adverts_seller_id_id", "!TEMP"}},
		"a seller's latest": {"Advert", market.Query{Limit: 51, Sort: latest},
			[]string{"USING INDEX adverts_seller_id_updated_at", "!TEMP"}},
		"a webhook's events": {"WebhookEvent", market.Query{Where: []market.Cond{market.Eq("webhook_id", 1)}, Limit: 51, FromEnd: true},
			[]string{"USING INDEX webhook_events_webhook_id_id", "!TEMP"}},
	} {
		ctx := viewer.NewContext(t.Context(), viewer.Viewer{Seller: 1})
		plan, err := s.Plan(ctx, c.kind, c.q)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range c.want {
			part, absent := strings.CutPrefix(part, "!")
			if strings.Contains(plan, part) == absent {
				t.Errorf("%s: want %q present: %t, got\n%s", name, part, !absent, plan)
			}
		}
	}
}

// TestDeepPagesAreFoundInAnIndex holds pages in the middle of many adverts, some
// of which changed at the same moment, to reading no more than they show.
func TestDeepPagesAreFoundInAnIndex(t *testing.T) {
	onEach(t, func(t *testing.T, url string) {
		s := migrated(t, url)
		fillAdverts(t, s, 4000)
		latest, oldest := []market.Sort{{Column: "updated_at", Desc: true}}, []market.Sort{{Column: "updated_at"}}
		for name, c := range map[string]struct {
			seller int64
			sort   []market.Sort
			want   []string // one of them in the plan
		}{
			"in their order":            {0, nil, []string{"USING INTEGER PRIMARY KEY", "Index Scan using adverts_pkey"}},
			"a seller's in their order": {1, nil, []string{"USING INDEX adverts_seller_id_id", "Index Scan using adverts_"}},
			"the latest":                {0, latest, []string{"USING INDEX adverts_updated_at", "Index Scan Backward using adverts_updated_at"}},
			"the oldest":                {0, oldest, []string{"USING INDEX adverts_updated_at", "Index Scan using adverts_updated_at"}},
			"a seller's latest":         {1, latest, []string{"USING INDEX adverts_seller_id_updated_at", "Index Scan Backward using adverts_seller_id_updated_at"}},
			"the newest":                {0, []market.Sort{{Column: "created_at", Desc: true}}, []string{"USING INDEX adverts_created_at", "Index Scan Backward using adverts_created_at"}},
		} {
			ctx := viewer.NewContext(t.Context(), viewer.Viewer{Seller: c.seller})
			var all []*market.Advert
			cursors, err := s.Select(ctx, &all, market.Query{Sort: c.sort})
			if err != nil {
				t.Fatal(err)
			}
			deep := market.Query{Sort: c.sort, After: cursors[len(cursors)/2], Limit: 3}
			plan, err := s.Plan(ctx, "Advert", deep)
			if err != nil {
				t.Fatal(err)
			}
			found := slices.ContainsFunc(c.want, func(part string) bool { return strings.Contains(plan, part) })
			for _, other := range []string{"SCAN", "TEMP", "Seq Scan", "Sort"} {
				found = found && !strings.Contains(plan, other)
			}
			if !found {
				t.Errorf("%s: want one of %q, without going through all, got\n%s", name, c.want, plan)
			}
			var page []*market.Advert
			if _, err := s.Select(ctx, &page, deep); err != nil || len(page) != 3 || page[0].Num != all[len(all)/2+1].Num {
				t.Errorf("%s: the page is %v, %v", name, page, err)
			}
		}
	})
}

// TestTheNextDueEventsAreFoundInAnIndex among many that are due at the same moment.
func TestTheNextDueEventsAreFoundInAnIndex(t *testing.T) {
	onEach(t, func(t *testing.T, url string) {
		s := migrated(t, url)
		const events = 5000
		fillEvents(t, s, events)
		after := market.Due{At: morning, Event: events / 2}
		plans, err := s.DuePlans(t.Context(), after, morning.Add(time.Hour), 10)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range map[string][]string{
			"sqlite":   {"SEARCH webhook_events USING INDEX webhook_events_due (next_attempt_at=? AND rowid>?)", "SEARCH webhook_events USING INDEX webhook_events_due (next_attempt_at>? AND next_attempt_at<?)"},
			"postgres": {"Index Scan using webhook_events_", "Index Scan using webhook_events_due"},
		}[s.Dialect()] {
			if !strings.Contains(plans[i], want) || strings.Contains(plans[i], "Seq Scan on webhook_events") {
				t.Errorf("want %q, got\n%s", want, plans[i])
			}
		}
		page, err := s.DueEvents(t.Context(), after, morning.Add(time.Hour), 10)
		if err != nil || len(page) != 10 || page[0].Event != after.Event+1 || page[9].Event != after.Event+10 {
			t.Errorf("the page is %+v, %v", page, err)
		}
	})
}

// fillEvents stores n events that are due at the same moment.
func fillEvents(t *testing.T, s *store.Store, n int64) {
	t.Helper()
	err := s.Run(t.Context(), func(tx market.Tx) error {
		return tx.Record(t.Context(), []market.Change{{Subject: market.Ref{Type: "Brand"}, At: morning}})
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Sequence(t.Context(), 1, func(_ []market.Change, next int64) (market.Plan, error) {
		p := market.Plan{Changes: 1}
		for num := next; num < next+n; num++ {
			p.Events = append(p.Events, eventOf(num, num, num))
		}
		return p, nil
	})
	if err == nil && s.Dialect() == "postgres" { // SQLite plans without statistics
		err = s.Analyze(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// eventOf is an event that is due in the morning.
func eventOf(num, change, webhook int64) market.WebhookEvent {
	return market.WebhookEvent{
		Base: market.Base{Num: num, CreatedAt: morning, UpdatedAt: morning}, ChangeID: change, PayloadID: num, NextAttemptAt: &morning,
		Action: market.Create, Reason: market.ReasonChange, Status: market.EventUnsent, SubjectType: "Brand", WebhookID: webhook,
	}
}

// fillAdverts stores n adverts of many sellers; ten at a time are of the same moment.
func fillAdverts(t *testing.T, s *store.Store, n int) {
	t.Helper()
	begin := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	first := market.Base{CreatedAt: begin, UpdatedAt: begin}
	rows := []market.Entity{&market.Prototype{Base: first}, &market.Taxon{Base: first, PrototypeID: 1}}
	const sellers = 40
	for range sellers {
		rows = append(rows, &market.Seller{Base: first})
	}
	for i := range n {
		at := begin.Add(time.Duration(i/10) * time.Second)
		rows = append(rows, &market.Advert{Base: market.Base{CreatedAt: at, UpdatedAt: at}, SellerID: int64(i%sellers + 1), TaxonID: 1, Title: "Jug"})
	}
	err := s.Run(t.Context(), func(tx market.Tx) error {
		for _, row := range rows {
			if err := tx.Insert(t.Context(), row); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && s.Dialect() == "postgres" { // SQLite plans without statistics
		err = s.Analyze(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
}
