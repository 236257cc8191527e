package delivery

import (
	"fmt"
	"slices"
	"strings"

	"crier/internal/market"
)

// gather lets the newest of several changes of one entity within a batch stand for
// those before it, at webhooks that gather nothing over a time and want no order:
// what nobody has sent yet need not be sent twice (ADR 15). The events that it
// stands for are skipped, and say so.
func (r *registry) gather(events []market.WebhookEvent, changes []market.Change) {
	changed := make(map[int64][]string, len(changes))
	for _, c := range changes {
		changed[c.Num] = c.Changed
	}
	latest := make(map[gathering]*market.WebhookEvent, len(events))
	tells := map[int64]string{} // what an event tells that stands for others
	for i := range events {
		e := &events[i]
		w := r.byNum[e.WebhookID]
		if w == nil || w.Ordered || w.CoalesceSeconds > 0 || e.Reason != market.ReasonChange {
			continue
		}
		at := gathering{w.Num, e.Subject()}
		former := latest[at]
		latest[at] = e
		if former == nil {
			continue
		}
		before, since := named(former, changed), named(e, changed)
		if !standsFor(e.Action, former.Action) || w.Filter != nil && (e.Action != former.Action || !slices.Equal(before, since)) {
			continue
		}
		if e.Action = market.Together(former.Action, e.Action); e.Action != market.Destroy {
			e.Changed = market.Union(before, since)
		}
		supersede(former, e)
		tells[e.Num] = string(e.Action) + " " + strings.Join(e.Changed, " ")
	}
	if len(tells) > 0 {
		share(events, tells)
	}
}

// gathering is one entity as one webhook sees it.
type gathering struct {
	webhook int64
	subject market.Ref
}

// standsFor reports whether a newer change tells a receiver all that a former one
// would: an update after a create is told as a create, which shows the newest state. A create
// is heard of in any case, and so is every destroy.
func standsFor(newer, former market.Action) bool {
	return newer == market.Update && (former == market.Update || former == market.Create) || newer == market.Destroy && former == market.Update
}

// named are the fields that an event names, of the changes that it stands for.
func named(e *market.WebhookEvent, changed map[int64][]string) []string {
	if e.Changed != nil {
		return e.Changed
	}
	return changed[e.ChangeID]
}

// supersede ends an event before it was stored, since a newer one stands for it.
func supersede(former, newer *market.WebhookEvent) {
	why := fmt.Sprintf("the newer event %d of the same entity stands for it", newer.Num)
	former.Status, former.NextAttemptAt, former.ProcessedAt, former.ErrorMessage = market.EventSkipped, nil, &newer.CreatedAt, &why
}

// share has those events of a rendering that are left and tell the same share the
// number of the first of them.
func share(events []market.WebhookEvent, tells map[int64]string) {
	type telling struct {
		payload int64
		what    string
	}
	first := map[telling]int64{}
	for i := range events {
		e := &events[i]
		if e.Status == market.EventSkipped {
			continue
		}
		key := telling{e.PayloadID, tells[e.Num]}
		if _, known := first[key]; !known {
			first[key] = e.Num
		}
		e.PayloadID = first[key]
	}
}
