package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
)

// failures counts the statements that the database failed or never got. What
// breaks a constraint is an answer, and who does not wait for one is no failure.
type failures struct {
	total   atomic.Uint64
	dialect dialect
}

func (f *failures) count(ctx context.Context, err error) {
	if err == nil || errors.Is(ctx.Err(), context.Canceled) || errors.Is(err, pgx.ErrNoRows) || errors.Is(err, driver.ErrSkip) {
		return
	}
	switch f.dialect.translate(err).(type) {
	case *DuplicateError, *ReferenceError:
	default:
		f.total.Add(1)
	}
}

// Failures is how many statements the database failed or never got since the
// start of the process.
func (s *Store) Failures() uint64 { return s.failures.total.Load() }

// countedConn is a connection to SQLite whose failures are counted.
type countedConn struct {
	*cachingConn
	failures *failures
}

// BeginTx counts the transactions that did not get their turn.
func (c countedConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	tx, err := c.cachingConn.BeginTx(ctx, options)
	c.failures.count(ctx, err)
	return tx, err
}

// ExecContext runs a statement without rows.
func (c countedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	result, err := c.cachingConn.ExecContext(ctx, query, args)
	c.failures.count(ctx, err)
	return result, err
}

// QueryContext runs a statement with rows.
func (c countedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.cachingConn.QueryContext(ctx, query, args)
	c.failures.count(ctx, err)
	return rows, err
}

// TraceQueryStart implements pgx.QueryTracer.
func (f *failures) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}

// TraceQueryEnd counts a statement of PostgreSQL that failed.
func (f *failures) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	f.count(ctx, data.Err)
}

// TraceConnectStart implements pgx.ConnectTracer.
func (f *failures) TraceConnectStart(ctx context.Context, _ pgx.TraceConnectStartData) context.Context {
	return ctx
}

// TraceConnectEnd counts a connection to PostgreSQL that could not be made.
func (f *failures) TraceConnectEnd(ctx context.Context, data pgx.TraceConnectEndData) {
	f.count(ctx, data.Err)
}
