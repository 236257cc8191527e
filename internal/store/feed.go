package store

import (
	"context"
	"fmt"

	"crier/internal/market"
)

// Places returns the place beyond which all changes are kept, and the last that was
// given to one; 0 where none was purged, and before the first.
func (s *Store) Places(ctx context.Context) (kept, last int64, err error) {
	const value = `(SELECT "value" FROM "counters" WHERE "name" = `
	if err := s.read.DB.QueryRowContext(ctx, `SELECT `+value+`'purged'), `+value+`'change')`).Scan(&kept, &last); err != nil {
		return 0, 0, fmt.Errorf("read the places of changes: %w", err)
	}
	return kept, last, nil
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

// ChangesOf is ChangesAfter of the entities of one type.
func (s *Store) ChangesOf(ctx context.Context, typeName string, sequence int64, limit int) ([]market.Change, error) {
	b := s.builder()
	b.write(`SELECT `, changeColumns, ` FROM "changes" WHERE "sequence" > `).bind(sequence).write(` AND "subject_type" = `).bind(typeName)
	b.write(` AND "webhook_id" IS NULL ORDER BY "sequence" LIMIT `).bind(limit)
	return readChanges(ctx, s.read.DB, b)
}
