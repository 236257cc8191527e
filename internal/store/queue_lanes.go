package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"crier/internal/market"
)

// earlier holds where an event of the same entity and webhook, before e, is not over.
const earlier = `EXISTS (SELECT 1 FROM "webhook_events" o WHERE o."subject_type" = e."subject_type" AND o."subject_num" = e."subject_num" AND o."webhook_id" = e."webhook_id"` +
	` AND o."status" IN ('Unsent', 'Rejected', 'Held') AND o."processed_at" IS NULL AND o."id" < e."id")`

// blocked holds for events that wait for an earlier one.
const blocked = `"status" = 'Unsent' AND "next_attempt_at" IS NULL`

// lane is one entity as one webhook sees it.
type lane struct {
	webhook int64
	subject market.Ref
}

// lanes writes a list of lanes, each with the number of an event, as a table
// "lanes" of the statement that follows.
func (b *builder) lanes(list map[lane]int64) {
	b.write(`WITH "lanes" ("webhook", "type", "num", "event") AS (VALUES `)
	i := 0
	for _, l := range slices.SortedFunc(maps.Keys(list), func(x, y lane) int { return int(list[x] - list[y]) }) {
		b.separate(i).write("(CAST(").bind(l.webhook).write(" AS BIGINT), CAST(").bind(l.subject.Type).write(" AS TEXT), CAST(")
		b.bind(l.subject.Num).write(" AS BIGINT), CAST(").bind(list[l]).write(" AS BIGINT))")
		i++
	}
	b.write(") ")
}

// arrange gives new events their place among those of the same webhook and entity
// that wait: the newest stands for several that are gathered, and in a lane each
// waits for the one before. The plan learns what became of its events.
func (t *tx) arrange(ctx context.Context, p market.Plan, now time.Time) error {
	coalescing, ordered := map[lane]int64{}, []int64(nil)
	at := make(map[int64]*market.WebhookEvent)
	for i := range p.Events {
		e := &p.Events[i]
		if e.Reason == market.ReasonChange && slices.Contains(p.Coalescing, e.WebhookID) {
			coalescing[lane{e.WebhookID, e.Subject()}], at[e.Num] = e.Num, e
		}
		if e.NextAttemptAt != nil && slices.Contains(p.Ordered, e.WebhookID) {
			ordered, at[e.Num] = append(ordered, e.Num), e
		}
	}
	if err := t.lockLanes(ctx, p.Ordered); err != nil {
		return err
	}
	if err := t.coalesce(ctx, coalescing, at, now); err != nil {
		return err
	}
	return t.block(ctx, ordered, at)
}

// lockLanes keeps webhooks from who ends events of theirs, so that an event does
// not begin to wait for one that is over, unseen by both.
func (t *tx) lockLanes(ctx context.Context, webhooks []int64) error {
	if len(webhooks) == 0 {
		return nil
	}
	var rows []*market.Webhook
	if err := t.Select(ctx, &rows, market.Query{Where: []market.Cond{market.In("id", webhooks)}, Lock: true}); err != nil {
		return fmt.Errorf("lock the lanes of webhooks: %w", err)
	}
	return nil
}

// block has events wait while an earlier one of the same entity is not over.
func (t *tx) block(ctx context.Context, events []int64, at map[int64]*market.WebhookEvent) error {
	if len(events) == 0 {
		return nil
	}
	b := t.store.builder()
	b.dialect.in(b.write(`UPDATE "webhook_events" AS e SET "next_attempt_at" = NULL WHERE `), `e."id"`, events)
	waiting, err := t.returned(ctx, "have events wait for earlier ones", b.write(` AND `, earlier, ` RETURNING "id"`))
	for _, num := range waiting {
		at[num].NextAttemptAt = nil
	}
	return err
}

// returned runs a statement that changes rows and returns their numbers.
func (t *tx) returned(ctx context.Context, doing string, b *builder) ([]int64, error) {
	return t.store.numbersFrom(ctx, t.db.Tx, doing, b)
}

// coalesceMargin is how long before its time an event is not held to be waiting
// any more, since others have clocks of their own.
const coalesceMargin = 100 * time.Millisecond

// coalesce lets the newest event of an entity stand for those that wait for the
// end of their time. It takes over that time.
func (t *tx) coalesce(ctx context.Context, newest map[lane]int64, at map[int64]*market.WebhookEvent, now time.Time) error {
	former, err := t.former(ctx, newest, at, now)
	if err != nil || len(former) == 0 {
		return err
	}
	stands := map[int64]int64{} // by the former's number
	for _, f := range slices.Backward(former) {
		e := at[newest[lane{f.WebhookID, f.Subject()}]]
		stands[f.Num] = e.Num
		if own := at[f.Num]; own != nil {
			own.Status, own.NextAttemptAt = market.EventSkipped, nil
		}
		e.Action, e.Changed = market.Together(f.Action, e.Action), market.Union(f.Changed, e.Changed)
		if f.NextAttemptAt != nil && e.NextAttemptAt != nil && f.NextAttemptAt.Before(*e.NextAttemptAt) {
			e.NextAttemptAt = f.NextAttemptAt
		}
	}
	if err := t.supersede(ctx, stands, now); err != nil {
		return err
	}
	for _, num := range slices.Compact(slices.Sorted(maps.Values(stands))) {
		if err := t.Update(ctx, at[num]); err != nil {
			return fmt.Errorf("let an event stand for others: %w", err)
		}
	}
	return nil
}

// former finds the events that newer ones can stand for, oldest first, and keeps
// them from others. What may be under way already is not among them; the plan's
// own are not.
func (t *tx) former(ctx context.Context, newest map[lane]int64, own map[int64]*market.WebhookEvent, now time.Time) ([]*market.WebhookEvent, error) {
	if len(newest) == 0 {
		return nil, nil
	}
	b := t.store.builder()
	b.lanes(newest)
	b.write(`SELECT e."id" FROM "lanes" l CROSS JOIN "webhook_events" e WHERE e."subject_type" = l."type" AND e."subject_num" = l."num" AND e."webhook_id" = l."webhook"`)
	b.write(` AND e."status" IN ('Unsent', 'Held') AND e."processed_at" IS NULL AND e."id" < l."event"`)
	nums, err := t.store.numbersFrom(ctx, t.db.Tx, "find events to gather", b)
	if err != nil || len(nums) == 0 {
		return nil, err
	}
	var rows []*market.WebhookEvent
	if err := t.Select(ctx, &rows, market.Query{Where: []market.Cond{market.In("id", nums)}, Sort: []market.Sort{{Column: "id"}}, Lock: true}); err != nil {
		return nil, fmt.Errorf("read events to gather: %w", err)
	}
	soon := now.Add(coalesceMargin)
	return slices.DeleteFunc(rows, func(e *market.WebhookEvent) bool {
		return e.Attempts > 0 || e.Reason != market.ReasonChange || e.Status.Final() || own[e.Num] == nil && e.NextAttemptAt != nil && e.NextAttemptAt.Before(soon)
	}), nil
}

// supersede ends events that newer ones stand for.
func (t *tx) supersede(ctx context.Context, stands map[int64]int64, now time.Time) error {
	b := t.store.builder()
	b.write(`WITH "given" ("num", "newer") AS (VALUES `)
	for i, num := range slices.Sorted(maps.Keys(stands)) {
		b.separate(i).write("(CAST(").bind(num).write(" AS BIGINT), CAST(").bind(stands[num]).write(" AS BIGINT))")
	}
	b.write(`) UPDATE "webhook_events" SET "status" = 'Skipped', "next_attempt_at" = NULL, "processed_at" = `).bindMoment(now)
	b.write(`, "updated_at" = `).bindMoment(now).write(`, "error_message" = 'the newer event ' || CAST("given"."newer" AS TEXT) || ' of the same entity stands for it'`)
	return t.exec(ctx, "end events that newer ones stand for", b.write(` FROM "given" WHERE "webhook_events"."id" = "given"."num"`))
}

// freeNext has the next events of lanes due whose first one is over.
func (t *tx) freeNext(ctx context.Context, outcomes []market.Outcome) ([]int64, error) {
	lanes := map[lane]int64{}
	var now time.Time
	for _, o := range outcomes {
		if !o.Lane.IsZero() && o.Status.Final() {
			lanes[lane{o.WebhookID, o.Lane}], now = o.EventID, o.At
		}
	}
	if len(lanes) == 0 {
		return nil, nil
	}
	b := t.store.builder()
	b.lanes(lanes)
	b.write(`SELECT min("first") FROM (`)
	for i, status := range []market.EventStatus{market.EventUnsent, market.EventRejected, market.EventHeld} {
		if i > 0 {
			b.write(` UNION ALL `)
		}
		b.write(`SELECT l."webhook", l."type", l."num", (SELECT e."id" FROM "webhook_events" e WHERE e."subject_type" = l."type" AND e."subject_num" = l."num" AND e."webhook_id" = l."webhook"`)
		b.write(` AND e."status" = '`, string(status), `' AND e."processed_at" IS NULL ORDER BY e."id" LIMIT 1) AS "first" FROM "lanes" l`)
	}
	b.write(`) firsts WHERE "first" IS NOT NULL GROUP BY "webhook", "type", "num"`)
	heads, err := t.store.numbersFrom(ctx, t.db.Tx, "find the next of lanes", b)
	if err != nil || len(heads) == 0 {
		return nil, err
	}
	return t.free(ctx, heads, now)
}

// FreeNext has the event due that waited for e, which is being called off, and for no
// other, and returns its number; 0: none.
func (t *tx) FreeNext(ctx context.Context, e *market.WebhookEvent, at time.Time) (int64, error) {
	b := t.store.builder()
	b.write(`SELECT "id" FROM "webhook_events" WHERE "subject_type" = `).bind(e.SubjectType).write(` AND "subject_num" = `).bind(e.SubjectNum)
	b.write(` AND "webhook_id" = `).bind(e.WebhookID).write(` AND `, isWaiting, ` AND "processed_at" IS NULL AND "id" <> `).bind(e.Num)
	heads, err := t.store.numbersFrom(ctx, t.db.Tx, "find the next of a lane", b.write(` ORDER BY "id" LIMIT 1`))
	if err != nil || len(heads) == 0 {
		return 0, err
	}
	freed, err := t.free(ctx, heads, at)
	if err != nil || len(freed) == 0 {
		return 0, err
	}
	return freed[0], nil
}

// free has events due that waited for others, and returns which did.
func (t *tx) free(ctx context.Context, events []int64, now time.Time) ([]int64, error) {
	b := t.store.builder()
	b.write(`UPDATE "webhook_events" SET "next_attempt_at" = `).bind(moment(now)).write(`, "updated_at" = `).bind(moment(now)).write(` WHERE `, blocked, ` AND `)
	b.dialect.in(b, `"id"`, events)
	return t.returned(ctx, "have the next of lanes due", b.write(` RETURNING "id"`))
}

// FreeLanes looks at up to limit events beyond one that wait for others, has those
// due for which nothing is left to wait, and returns the last that it looked at; 0
// at the end. Events are freed by the end of those before them: this finds what
// was missed, such as where a person called off the event before.
func (s *Store) FreeLanes(ctx context.Context, after int64, limit int) (last int64, err error) {
	b := s.builder()
	b.write(`SELECT "id" FROM "webhook_events" WHERE `, blocked, ` AND "id" > `).bind(after).write(` ORDER BY "id" LIMIT `).bind(limit)
	waiting, err := s.numbers(ctx, "find events that wait for others", b)
	if err != nil || len(waiting) == 0 {
		return 0, err
	}
	b = s.builder()
	b.dialect.in(b.write(`SELECT e."id" FROM "webhook_events" e WHERE `), `e."id"`, waiting)
	stranded, err := s.numbers(ctx, "find events that wait for nothing", b.write(` AND NOT `, earlier))
	if err != nil {
		return 0, err
	}
	if len(stranded) > 0 {
		err = s.Run(ctx, func(mtx market.Tx) error {
			_, err := mtx.(*tx).free(ctx, stranded, time.Now())
			return err
		})
	}
	if len(waiting) == limit {
		last = waiting[limit-1]
	}
	return last, err
}

// DueNow returns those of the events that are due, now or later.
func (s *Store) DueNow(ctx context.Context, events []int64) ([]int64, error) {
	b := s.builder()
	b.dialect.in(b.write(`SELECT "id" FROM "webhook_events" WHERE "next_attempt_at" IS NOT NULL AND `), `"id"`, events)
	return s.numbers(ctx, "look which events are due", b)
}

// releaseHeld makes held events of webhooks due, and those that wait for others
// where they need not, or nothing is left to wait for.
func (t *tx) releaseHeld(ctx context.Context, webhooks []int64, now time.Time) error {
	if len(webhooks) == 0 {
		return nil
	}
	if err := t.lockLanes(ctx, webhooks); err != nil {
		return err
	}
	b := t.store.builder()
	b.write(`UPDATE "webhook_events" AS e SET "status" = 'Unsent', "next_attempt_at" = CASE WHEN EXISTS (SELECT 1 FROM "webhooks" w WHERE w."id" = e."webhook_id" AND w."ordered") AND `, earlier)
	b.write(` THEN NULL ELSE `).bindMoment(now).write(` END, "updated_at" = `).bindMoment(now)
	b.dialect.in(b.write(` WHERE ("status" = 'Held' OR `, blocked, `) AND `), `"webhook_id"`, webhooks)
	return t.exec(ctx, "release held events", b)
}
