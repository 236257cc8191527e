package store

import (
	"context"
	"database/sql"
	"database/sql/driver"

	"github.com/uptrace/bun"
)

// RecordReads has what reads the store tell each statement that it sends to the database.
func (s *Store) RecordReads(record func(statement string)) {
	present := s.read.DB
	db := sql.OpenDB(recordingConnector{pool: present, record: record})
	db.SetMaxOpenConns(1)
	s.read = bun.NewDB(db, s.dialect.bun())
}

// recordingConnector opens connections that go through those of another pool.
type recordingConnector struct {
	pool   *sql.DB
	record func(string)
}

// Connect takes a connection out of the pool.
func (c recordingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	r := &recordingConn{held: conn, record: c.record}
	err = conn.Raw(func(raw any) error {
		r.QueryerContext, r.Conn = raw.(driver.QueryerContext), raw.(driver.Conn)
		r.checker, _ = raw.(driver.NamedValueChecker)
		return nil
	})
	return r, err
}

// Driver is that of the pool.
func (c recordingConnector) Driver() driver.Driver { return c.pool.Driver() }

// Close closes the pool.
func (c recordingConnector) Close() error { return c.pool.Close() }

// recordingConn tells what is asked of it.
type recordingConn struct {
	driver.Conn
	driver.QueryerContext
	held    *sql.Conn
	checker driver.NamedValueChecker
	record  func(string)
}

// QueryContext tells the statement and runs it.
func (c *recordingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.record(query)
	return c.QueryerContext.QueryContext(ctx, query, args)
}

// CheckNamedValue takes the values that the driver takes.
func (c *recordingConn) CheckNamedValue(value *driver.NamedValue) error {
	if c.checker == nil {
		return driver.ErrSkip
	}
	return c.checker.CheckNamedValue(value)
}

// Close gives the connection back.
func (c *recordingConn) Close() error { return c.held.Close() }
