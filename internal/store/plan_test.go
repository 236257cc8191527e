package store_test

import (
	"strings"
	"testing"

	"crier/internal/market"
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
