package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/uptrace/bun"

	"crier/internal/market"
)

// attempts bounds how often a transaction runs that Postgres asks to repeat.
const attempts = 5

// Run runs work in one transaction and commits when it returns nil. On Postgres
// a deadlock or a failed serialization runs work again, from the beginning, up
// to five times. After a commit that recorded changes it calls the listeners of
// OnCommit. Errors of work come back as they are.
func (s *Store) Run(ctx context.Context, work func(market.Tx) error) error {
	recorded, err := s.transact(ctx, work)
	for attempt := 1; attempt < attempts && s.dialect.transient(err); attempt++ {
		s.log.InfoContext(ctx, "the database asked to run a transaction again", "attempt", attempt, "error", err)
		if err := pause(ctx, attempt); err != nil {
			return err
		}
		recorded, err = s.transact(ctx, work)
	}
	if err != nil {
		return err
	}
	if recorded {
		s.committed()
	}
	return nil
}

// pause waits a little, longer each time, so that those who met do not meet again.
func pause(ctx context.Context, attempt int) error {
	timer := time.NewTimer(rand.N(time.Duration(attempt) * 10 * time.Millisecond))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// transact runs work once; recorded says whether changes were written.
func (s *Store) transact(ctx context.Context, work func(market.Tx) error) (recorded bool, err error) {
	open, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return false, fmt.Errorf("begin a transaction: %w", err)
	}
	t := &tx{store: s, db: open}
	// After a commit this does nothing; before, its own failure adds nothing to
	// the error that led here, since the connection is then dropped.
	defer func() { _ = open.Rollback() }()
	if err := work(t); err != nil {
		return false, err
	}
	if err := open.Commit(); err != nil {
		return false, fmt.Errorf("commit: %w", s.dialect.translate(err))
	}
	return t.recorded, nil
}

// tx is one open transaction.
type tx struct {
	store    *Store
	db       bun.Tx
	recorded bool
}

var _ market.Tx = (*tx)(nil)

// Select fills dest with the rows of a query; see market.Tx.
func (t *tx) Select(ctx context.Context, dest any, q market.Query) error {
	b := t.store.builder()
	b.deleted = q.Deleted
	return t.store.fetch(ctx, t.db.Tx, b, dest, q)
}

// Insert stores a new entity. One that has no number gets one.
func (t *tx) Insert(ctx context.Context, e market.Entity) error {
	table, row, err := t.store.tables.entity(e)
	if err != nil {
		return err
	}
	if err := t.store.sealSecrets(table, e); err != nil {
		return err
	}
	values, err := table.values(row, false)
	if err != nil {
		return err
	}
	number := table.fields[0].Value(row)
	if given := number.Int() != 0; given {
		_, err = t.db.Tx.ExecContext(ctx, table.insertGiven, values...)
	} else {
		err = t.db.Tx.QueryRowContext(ctx, table.insert, values[1:]...).Scan(number.Addr().Interface())
	}
	if err != nil {
		return fmt.Errorf("insert a %s: %w", table.kind.Name, t.store.dialect.translate(err))
	}
	return nil
}

// Update stores every field of an entity; market.ErrNotFound where it is gone.
func (t *tx) Update(ctx context.Context, e market.Entity) error {
	table, row, err := t.store.tables.entity(e)
	if err != nil {
		return err
	}
	if err := t.store.sealSecrets(table, e); err != nil {
		return err
	}
	values, err := table.values(row, true)
	if err != nil {
		return err
	}
	return t.change(ctx, "update", e, table.update, values...)
}

// Delete removes an entity's row for good; market.ErrNotFound where it is gone.
func (t *tx) Delete(ctx context.Context, e market.Entity) error {
	table, _, err := t.store.tables.entity(e)
	if err != nil {
		return err
	}
	return t.change(ctx, "delete", e, table.remove, e.Ref().Num)
}

// change runs a statement that changes one row.
func (t *tx) change(ctx context.Context, verb string, e market.Entity, text string, values ...any) error {
	result, err := t.db.Tx.ExecContext(ctx, text, values...)
	if err != nil {
		return fmt.Errorf("%s %s: %w", verb, e.Ref(), t.store.dialect.translate(err))
	}
	n, err := result.RowsAffected()
	if err != nil {
		return fmt.Errorf("%s %s: %w", verb, e.Ref(), err)
	}
	if n == 0 {
		return fmt.Errorf("%s %s: %w", verb, e.Ref(), market.ErrNotFound)
	}
	return nil
}
