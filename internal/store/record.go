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
	for batch := range slices.Chunk(changes, recordBatch) {
		b := t.store.builder()
		b.write(`INSERT INTO "changes" ("subject_type", "subject_num", "action", "sellers", "shared", "changed", "actor", "at", "traceparent") VALUES `)
		for i, c := range batch {
			b.change(i, c)
		}
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

// change writes the i-th row of an INSERT.
func (b *builder) change(i int, c market.Change) {
	separator := "("
	if i > 0 {
		separator = ", ("
	}
	values := []any{
		c.Subject.Type, c.Subject.Num, c.Action, c.Sellers, c.Shared, c.Changed, c.Actor, c.At, c.Traceparent,
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
