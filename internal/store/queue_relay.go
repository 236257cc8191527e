package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"crier/internal/market"
)

// insertValues bounds the values bound by one INSERT; both databases take more.
const insertValues = 30_000

// Registry returns every webhook whose registration has its place in the order
// of changes; the others follow when the relay comes to them.
func (s *Store) Registry(ctx context.Context) ([]*market.Webhook, error) {
	b := s.builder()
	b.write(`SELECT `, s.tables.byKind["Webhook"].selected, ` FROM "webhooks" WHERE "deleted_at" IS NULL AND "id" NOT IN `,
		`(SELECT "subject_num" FROM "changes" WHERE "sequence" IS NULL AND "subject_type" = 'Webhook' AND "action" = 'create')`)
	var webhooks []*market.Webhook
	if err := s.selectInto(ctx, b, &webhooks); err != nil {
		return nil, fmt.Errorf("read the webhooks: %w", err)
	}
	return webhooks, nil
}

// Sequence gives up to limit committed changes the next places in the order of
// commits, in one transaction with what plan decides about them, and returns how
// many the plan took. Plan is called again where the transaction has to run
// again; while it runs nobody else gives out places. Changes of one
// entity are written under its lock, and one that a client had an answer for
// before another began has the lower number, so the order of numbers within
// what is visible at once is that of the commits.
func (s *Store) Sequence(ctx context.Context, limit int, plan func([]market.Change, int64) (market.Plan, error)) (int, error) {
	waiting, err := s.unsequenced(ctx)
	if err != nil || !waiting {
		return 0, err
	}
	var n int
	err = s.Run(ctx, func(mtx market.Tx) error {
		t := mtx.(*tx)
		n, err = t.sequence(ctx, limit, plan)
		return err
	})
	return n, err
}

// unsequenced reports whether changes wait, without taking the writer's place.
func (s *Store) unsequenced(ctx context.Context) (bool, error) {
	var found bool
	err := s.read.DB.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM "changes" WHERE "sequence" IS NULL)`).Scan(&found)
	if err != nil {
		return false, fmt.Errorf("look for changes: %w", err)
	}
	return found, nil
}

func (t *tx) sequence(ctx context.Context, limit int, plan func([]market.Change, int64) (market.Plan, error)) (int, error) {
	lastChange, err := t.counter(ctx, "change") // locks out any other relay
	if err != nil {
		return 0, err
	}
	lastEvent, err := t.counter(ctx, "event")
	if err != nil {
		return 0, err
	}
	b := t.store.builder()
	b.write(`SELECT `, changeColumns, ` FROM "changes" WHERE "sequence" IS NULL ORDER BY "id" LIMIT `).bind(limit)
	changes, err := readChanges(ctx, t.db.Tx, b)
	if err != nil || len(changes) == 0 {
		return 0, err
	}
	for i := range changes {
		changes[i].Sequence = lastChange + 1 + int64(i)
	}
	p, err := plan(changes, lastEvent+1)
	if err != nil || p.Changes == 0 {
		return 0, err
	}
	if p.Changes < 0 || p.Changes > len(changes) {
		return 0, fmt.Errorf("the plan is about %d of %d changes", p.Changes, len(changes))
	}
	return p.Changes, t.carryOut(ctx, p, changes[:p.Changes], lastEvent)
}

// carryOut writes what the relay decided.
func (t *tx) carryOut(ctx context.Context, p market.Plan, changes []market.Change, lastEvent int64) error {
	now := time.Now()
	if err := t.numberChanges(ctx, changes, now); err != nil {
		return err
	}
	if err := t.insertEvents(ctx, p.Events); err != nil {
		return err
	}
	if err := t.arrange(ctx, p, now); err != nil {
		return err
	}
	if err := t.setCounter(ctx, "change", changes[len(changes)-1].Sequence); err != nil {
		return err
	}
	if err := t.setCounter(ctx, "event", lastEvent+int64(len(p.Events))); err != nil {
		return err
	}
	return t.releaseAndCancel(ctx, p, now)
}

// numberChanges stores the sequences. Private changes are for the relay alone and
// count as published.
func (t *tx) numberChanges(ctx context.Context, changes []market.Change, now time.Time) error {
	b := t.store.builder()
	b.write(`WITH "given" ("num", "place") AS (VALUES `)
	for i, c := range changes {
		if i > 0 {
			b.write(", ")
		}
		b.write("(CAST(").bind(c.Num).write(" AS BIGINT), CAST(").bind(c.Sequence).write(" AS BIGINT))")
	}
	b.write(`) UPDATE "changes" SET "sequence" = "given"."place", "published_at" = CASE WHEN "webhook_id" IS NOT NULL OR "subject_type" = 'Webhook' AND "action" IN ('create', 'update', 'destroy') THEN `)
	b.bindMoment(now).write(` END FROM "given" WHERE "changes"."id" = "given"."num"`)
	return t.exec(ctx, "number changes", b)
}

// insertEvents stores new events with their given numbers.
func (t *tx) insertEvents(ctx context.Context, events []market.WebhookEvent) error {
	rows := make([]market.Entity, len(events))
	for i := range events {
		rows[i] = &events[i]
	}
	return t.insertAll(ctx, rows, "")
}

// insertAll stores entities of one kind with few statements. conflict is the
// clause for rows that are there already, "" to fail on them. Entities without
// a number get one, which they do not learn.
func (t *tx) insertAll(ctx context.Context, rows []market.Entity, conflict string) error {
	if len(rows) == 0 {
		return nil
	}
	table, first, err := t.store.tables.entity(rows[0])
	if err != nil {
		return err
	}
	fields := table.fields
	if table.fields[0].Value(first).Int() == 0 {
		fields = fields[1:]
	}
	for batch := range slices.Chunk(rows, insertValues/len(fields)) {
		b := t.store.builder()
		b.insertRows(table, len(table.fields)-len(fields), batch)
		b.write(conflict)
		if err := t.exec(ctx, "insert "+table.kind.Name, b); err != nil {
			return err
		}
	}
	return nil
}

// insertRows writes an INSERT of rows, without their first skip fields.
func (b *builder) insertRows(t *table, skip int, rows []market.Entity) {
	b.write("INSERT INTO ", t.name, " (")
	for i, f := range t.fields[skip:] {
		b.separate(i).write(string(f.SQLName))
	}
	b.write(") VALUES ")
	for i, row := range rows {
		_, v, err := b.tables.entity(row)
		if err != nil {
			b.fail(err)
			return
		}
		values, err := t.values(v, false)
		if err != nil {
			b.fail(err)
			return
		}
		b.separate(i).write("(")
		for j, value := range values[skip:] {
			b.separate(j).bind(value)
		}
		b.write(")")
	}
}

// bindMoment binds a time where its place alone does not tell Postgres the type.
func (b *builder) bindMoment(at time.Time) *builder {
	before, after := b.dialect.moment()
	return b.write(before).bind(moment(at)).write(after)
}

// separate writes a comma before all but the first of a list.
func (b *builder) separate(i int) *builder {
	if i > 0 {
		b.write(", ")
	}
	return b
}

// releaseAndCancel makes held events due, and ends those of deleted webhooks.
func (t *tx) releaseAndCancel(ctx context.Context, p market.Plan, now time.Time) error {
	if err := t.releaseHeld(ctx, p.Release, now); err != nil {
		return err
	}
	if err := t.WithdrawResults(ctx, p.Withdraw); err != nil || len(p.Cancel) == 0 {
		return err
	}
	b := t.store.builder()
	b.write(`UPDATE "webhook_events" SET "status" = 'Cancelled', "next_attempt_at" = NULL, "processed_at" = `).bind(moment(now))
	b.write(`, "updated_at" = `).bind(moment(now)).write(` WHERE "status" IN ('Unsent', 'Rejected', 'Held') AND `)
	b.dialect.in(b, `"webhook_id"`, p.Cancel)
	return t.exec(ctx, "cancel events", b)
}

// WithdrawResults holds the events of webhooks. Those that were never sent lose their
// payload, and wait for one of their own, which has the number of the event with
// the sign turned: whoever still renders the former result stores it in vain.
func (t *tx) WithdrawResults(ctx context.Context, webhooks []int64) error {
	if len(webhooks) == 0 {
		return nil
	}
	const unsent = `"status" IN ('Unsent', 'Held') AND "attempts" = 0 AND `
	b := t.store.builder()
	b.write(`DELETE FROM "event_payloads" WHERE "id" IN (SELECT -"id" FROM "webhook_events" WHERE "payload_id" < 0 AND `, unsent)
	b.dialect.in(b, `"webhook_id"`, webhooks)
	if err := t.exec(ctx, "delete results that may not be sent", b.write(`)`)); err != nil {
		return err
	}
	b = t.store.builder()
	b.dialect.in(b.write(`UPDATE "webhook_events" SET "payload_id" = -"id" WHERE `, unsent), `"webhook_id"`, webhooks)
	if err := t.exec(ctx, "withdraw results", b); err != nil {
		return err
	}
	return t.hold(ctx, webhooks)
}

// hold keeps what waits for webhooks until they send again.
func (t *tx) hold(ctx context.Context, webhooks []int64) error {
	now := moment(time.Now())
	b := t.store.builder()
	b.write(`UPDATE "webhook_events" SET "status" = 'Held', "next_attempt_at" = NULL, "updated_at" = `).bind(now)
	b.dialect.in(b.write(` WHERE "status" IN ('Unsent', 'Rejected') AND `), `"webhook_id"`, webhooks)
	return t.exec(ctx, "hold events", b)
}

// Unpublished returns changes that have their place but are not in the public stream yet, in order.
func (s *Store) Unpublished(ctx context.Context, limit int) ([]market.Change, error) {
	b := s.builder()
	b.write(`SELECT `, changeColumns, ` FROM "changes" WHERE "published_at" IS NULL AND "sequence" IS NOT NULL ORDER BY "sequence" LIMIT `).bind(limit)
	return readChanges(ctx, s.read.DB, b)
}

// MarkPublished notes that changes are in the public stream.
func (s *Store) MarkPublished(ctx context.Context, changes []int64) error {
	return s.Run(ctx, func(mtx market.Tx) error {
		b := s.builder()
		b.write(`UPDATE "changes" SET "published_at" = `).bind(moment(time.Now())).write(` WHERE `)
		b.dialect.in(b, `"id"`, changes)
		return mtx.(*tx).exec(ctx, "mark changes as published", b)
	})
}

const changeColumns = `"id", COALESCE("sequence", 0), "subject_type", "subject_num", "action", "sellers", "shared", "changed", "actor", "at", "traceparent", "owner", "webhook_id", COALESCE("reason", ''), COALESCE("job_id", 0), "shown_at", COALESCE("event_id", 0)`

// readChanges runs a statement that selects changeColumns.
func readChanges(ctx context.Context, db queryer, b *builder) ([]market.Change, error) {
	text, args, err := b.statement()
	if err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, fmt.Errorf("read changes: %w", err)
	}
	defer rows.Close()
	var changes []market.Change
	for rows.Next() {
		c, err := readChange(rows)
		if err != nil {
			return nil, fmt.Errorf("read changes: %w", err)
		}
		changes = append(changes, c)
	}
	return changes, rows.Err()
}

func readChange(rows *sql.Rows) (market.Change, error) {
	var c market.Change
	var sellers, changed sql.NullString
	var request market.EventRequest
	var webhook *int64
	err := rows.Scan(&c.Num, &c.Sequence, &c.Subject.Type, &c.Subject.Num, &c.Action, &sellers, &c.Shared, &changed, &c.Actor, &c.At, &c.Traceparent,
		&c.Owner, &webhook, &request.Reason, &request.JobID, &request.ShownAt, &request.EventID)
	if err != nil {
		return c, err
	}
	if webhook != nil {
		request.WebhookID = *webhook
		c.Request = &request
	}
	if sellers.Valid {
		if err := json.Unmarshal([]byte(sellers.String), &c.Sellers); err != nil {
			return c, err
		}
	}
	if changed.Valid {
		err = json.Unmarshal([]byte(changed.String), &c.Changed)
	}
	c.At = c.At.UTC()
	return c, err
}

// counter reads a number that is given out without gaps, and keeps it from others.
func (t *tx) counter(ctx context.Context, name string) (int64, error) {
	b := t.store.builder()
	b.write(`SELECT "value" FROM "counters" WHERE "name" = `).bind(name).write(t.store.dialect.lock())
	text, args, err := b.statement()
	if err != nil {
		return 0, err
	}
	var value int64
	if err := t.db.Tx.QueryRowContext(ctx, text, args...).Scan(&value); err != nil {
		return 0, fmt.Errorf("read the counter %s: %w", name, err)
	}
	return value, nil
}

func (t *tx) setCounter(ctx context.Context, name string, value int64) error {
	b := t.store.builder()
	b.write(`UPDATE "counters" SET "value" = `).bind(value).write(` WHERE "name" = `).bind(name)
	return t.exec(ctx, "set the counter "+name, b)
}

// exec runs a statement.
func (t *tx) exec(ctx context.Context, doing string, b *builder) error {
	text, args, err := b.statement()
	if err == nil {
		_, err = t.db.Tx.ExecContext(ctx, text, args...)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, t.store.dialect.translate(err))
	}
	return nil
}

// selectInto runs a statement that selects a kind's columns and fills dest, a *[]*T of the kind.
func (s *Store) selectInto(ctx context.Context, b *builder, dest any) error {
	t, list, err := s.tables.list(dest)
	if err != nil {
		return err
	}
	text, args, err := b.statement()
	if err != nil {
		return err
	}
	if err := t.scan(ctx, s.read.DB, text, args, list); err != nil {
		return err
	}
	return s.unsealSecrets(t, list)
}
