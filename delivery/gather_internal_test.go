package delivery

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"crier/internal/market"
)

// told is an event as a webhook would have had it without others in its batch.
type told struct {
	change market.Change
	event  market.WebhookEvent
}

// TestABatchKeepsWhatReceiversNeed makes events of random batches, and holds what is
// sent against what was committed: the last state of every entity is told, every create
// and every destroy is heard of, and who filters or wants an order loses nothing.
func TestABatchKeepsWhatReceiversNeed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		registry := newRegistry(nil)
		for num := range int64(5) {
			w := drawHook(r, num+1)
			w.Type, w.State = "ADVERT", market.WebhookActive
			if rapid.Bool().Draw(r, "filters") {
				w.Filter = new(`eventName == "update"`)
			}
			w.Ordered = rapid.IntRange(0, 3).Draw(r, "ordered") == 0
			registry.put(w)
		}
		changes := drawHistory(r)
		p, err := relayOn(nil).plan(t.Context(), registry, changes, 1)
		if err != nil {
			r.Fatal(err)
		}
		lines := map[gathering][]told{}
		at := 0
		for _, c := range changes {
			for _, w := range registry.match(c) {
				e := p.Events[at]
				if at++; e.Num != int64(at) || e.ChangeID != c.Num || e.WebhookID != w.Num {
					r.Fatalf("event %d is %+v, want that of change %d for webhook %d", at, e, c.Num, w.Num)
				}
				key := gathering{w.Num, c.Subject}
				lines[key] = append(lines[key], told{c, e})
			}
		}
		if at != len(p.Events) {
			r.Fatalf("%d events, want %d", len(p.Events), at)
		}
		for key, line := range lines {
			checkLine(r, registry.byNum[key.webhook], line)
		}
		checkShares(r, registry, p.Events)
	})
}

// drawHistory is what may happen to two adverts.
func drawHistory(r *rapid.T) []market.Change {
	changes := make([]market.Change, rapid.IntRange(0, 12).Draw(r, "changes"))
	for i := range changes {
		changes[i] = drawChange(r)
		changes[i].Num, changes[i].Owner = int64(100+i), nil
		changes[i].Subject = market.Ref{Type: "Advert", Num: rapid.Int64Range(1, 2).Draw(r, "advert")}
		changes[i].Changed = rapid.SampledFrom([][]string{{"title"}, {"price"}, {"price", "title"}}).Draw(r, "fields")
	}
	return changes
}

// checkLine holds the events of one entity for one webhook to what each must tell.
func checkLine(r *rapid.T, w *market.Webhook, line []told) {
	byNum := map[int64]market.WebhookEvent{}
	for _, told := range line {
		byNum[told.event.Num] = told.event
	}
	for i, told := range line {
		e := told.event
		for e.Status == market.EventSkipped {
			if i == len(line)-1 || w.Ordered {
				r.Fatalf("%+v of %+v is not sent", e, w)
			}
			var newer int64
			if _, err := fmt.Sscanf(*e.ErrorMessage, "the newer event %d", &newer); err != nil || newer <= e.Num || e.NextAttemptAt != nil || e.ProcessedAt == nil {
				r.Fatalf("%+v is skipped: %v", e, err)
			}
			e = byNum[newer]
		}
		c := told.change
		heard := e.Action == c.Action || c.Action == market.Update
		if e.Num == 0 || e.Status != market.EventUnsent || !heard {
			r.Fatalf("%+v is told of by %+v", c, e)
		}
		if w.Filter != nil && (e.Action != c.Action || !slices.Equal(e.Changed, c.Changed)) {
			r.Fatalf("the filter of %+v sees %+v instead of %+v", w, e, c)
		}
		if e.Action == market.Destroy || e.Num == told.event.Num && e.Changed == nil {
			continue
		}
		for _, field := range c.Changed {
			if !slices.Contains(e.Changed, field) {
				r.Fatalf("%+v lacks %q", e, field)
			}
		}
	}
}

// checkShares holds the payloads of what is sent: shared exactly among the events of a
// change that tell the same with the same document, by the number of the first.
func checkShares(r *rapid.T, registry *registry, events []market.WebhookEvent) {
	first, stands := map[string]int64{}, map[int64]bool{}
	for _, e := range events {
		if e.Status == market.EventSkipped {
			var newer int64
			if _, err := fmt.Sscanf(*e.ErrorMessage, "the newer event %d", &newer); err != nil {
				r.Fatal(err)
			}
			stands[newer] = true
		}
	}
	for _, e := range events {
		if e.Status == market.EventSkipped {
			continue
		}
		shared := renderingOf(registry.byNum[e.WebhookID])
		key := fmt.Sprint(e.ChangeID, strings.Join([]string{shared.document, shared.scopes}, "|"), shared.owner)
		if stands[e.Num] {
			key += fmt.Sprint(e.Action, e.Changed)
		}
		if _, known := first[key]; !known {
			first[key] = e.Num
		}
		if e.PayloadID != first[key] {
			r.Fatalf("event %d waits for payload %d, want %d", e.Num, e.PayloadID, first[key])
		}
	}
}
