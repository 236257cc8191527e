package store

import (
	"context"
	"fmt"
	"slices"

	"crier/internal/market"
)

// recordBatch bounds the rows of one INSERT into the outbox, far below the
// number of values that either database takes in a statement.
const recordBatch = 500

// Record writes changes to the outbox, in their order; it is the last that a
// transaction does. The relay gives them their sequence after the commit.
func (t *tx) Record(ctx context.Context, changes []market.Change) error {
	if err := t.lockOrder(ctx, changes); err != nil {
		return err
	}
	for batch := range slices.Chunk(changes, recordBatch) {
		b := t.store.builder()
		b.insertChanges(batch)
		text, args, err := b.statement()
		if err != nil {
			return fmt.Errorf("record changes: %w", err)
		}
		if _, err := t.db.Tx.ExecContext(ctx, text, args...); err != nil {
			return fmt.Errorf("record changes: %w", err)
		}
		t.recorded = true
	}
	return nil
}

// lockOrder keeps a registration and other changes apart until they commit, so
// that what has a lower number than a registration was committed before it, and
// what has a higher one after it. Changes do not wait for one another.
func (t *tx) lockOrder(ctx context.Context, changes []market.Change) error {
	registers := slices.ContainsFunc(changes, func(c market.Change) bool { return c.Subject.Type == "Webhook" && c.Action == market.Create })
	lock := t.store.dialect.lockOrder(registers)
	if lock == "" {
		return nil
	}
	if _, err := t.db.Tx.ExecContext(ctx, lock); err != nil {
		return fmt.Errorf("lock the order of changes: %w", err)
	}
	return nil
}

// insertChanges writes an INSERT of changes.
func (b *builder) insertChanges(changes []market.Change) {
	b.write(`INSERT INTO "changes" ("subject_type", "subject_num", "action", "sellers", "shared", "changed", "actor", "at", "traceparent", "owner", "webhook_id", "reason", "job_id", "shown_at", "event_id") VALUES `)
	for i, c := range changes {
		b.change(i, c)
	}
}

// change writes the i-th row of an INSERT.
func (b *builder) change(i int, c market.Change) {
	separator := "("
	if i > 0 {
		separator = ", ("
	}
	values := []any{
		c.Subject.Type, c.Subject.Num, c.Action, c.Sellers, c.Shared, c.Changed, c.Actor, c.At, c.Traceparent, c.Owner, nil, nil, nil, nil, nil,
	}
	if r := c.Request; r != nil {
		copy(values[len(values)-5:], []any{r.WebhookID, r.Reason, r.JobID, r.ShownAt, r.EventID})
	}
	for _, value := range values {
		bound, err := bindable("changes", value)
		if err != nil {
			b.fail(err)
		}
		b.write(separator).bind(bound)
		separator = ", "
	}
	b.write(")")
}
