package store

import (
	"context"
	"fmt"

	"crier/internal/market"
)

// LastSequence returns the last place that was given to a change, 0 before the first.
func (s *Store) LastSequence(ctx context.Context) (int64, error) {
	var last int64
	err := s.read.DB.QueryRowContext(ctx, `SELECT "value" FROM "counters" WHERE "name" = 'change'`).Scan(&last)
	if err != nil {
		return 0, fmt.Errorf("read the last sequence: %w", err)
	}
	return last, nil
}

// ChangesAfter returns up to limit changes beyond a place in the order of the
// commits, in that order. Places become visible in their order too, so that who
// goes on from the last one misses nothing; those of purged changes and of
// requests for events are empty.
func (s *Store) ChangesAfter(ctx context.Context, sequence int64, limit int) ([]market.Change, error) {
	b := s.builder()
	b.write(`SELECT `, changeColumns, ` FROM "changes" WHERE "sequence" > `).bind(sequence).write(` AND "webhook_id" IS NULL ORDER BY "sequence" LIMIT `).bind(limit)
	return readChanges(ctx, s.read.DB, b)
}
