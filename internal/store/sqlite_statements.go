package store

import (
	"context"
	"database/sql/driver"
	"fmt"
)

// maxStatements bounds the prepared statements of one connection. The texts
// come from code, so this is more than are ever in use; clients can vary them
// only through the filters and sorts that they combine.
const maxStatements = 400

// cachingConnector opens SQLite connections that keep prepared statements, as
// pgx does for Postgres: preparing costs more than running most statements.
type cachingConnector struct {
	driver.Connector
	failures *failures
}

// Connect opens a connection.
func (c cachingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := conn.(sqliteConn)
	if !ok {
		return nil, fmt.Errorf("the SQLite driver's connection %T lacks what database/sql uses", conn)
	}
	return countedConn{&cachingConn{sqliteConn: full, statements: map[string]*cachedStatement{}}, c.failures}, nil
}

// sqliteConn is what the SQLite driver's connections can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// cachingConn is one connection; like every driver.Conn it is used by one
// goroutine at a time.
type cachingConn struct {
	sqliteConn
	statements map[string]*cachedStatement
}

// cachedStatement is a prepared statement, busy while its rows are read.
type cachedStatement struct {
	driver.StmtExecContext
	driver.StmtQueryContext
	close func() error
	busy  bool
}

// ExecContext runs a statement without rows.
func (c *cachingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	st, err := c.prepared(ctx, query, args)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	return st.ExecContext(ctx, args)
}

// QueryContext runs a statement with rows.
func (c *cachingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	st, err := c.prepared(ctx, query, args)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return c.sqliteConn.QueryContext(ctx, query, args)
	}
	rows, err := st.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	st.busy = true
	return &cachedRows{Rows: rows, statement: st}, nil
}

// prepared returns the statement of a text; nil for one that is better run as
// it is: without bound values it would hardly come again, and one whose rows
// are still being read cannot run twice.
func (c *cachingConn) prepared(ctx context.Context, query string, args []driver.NamedValue) (*cachedStatement, error) {
	if len(args) == 0 {
		return nil, nil
	}
	if st, ok := c.statements[query]; ok {
		if st.busy {
			return nil, nil
		}
		return st, nil
	}
	if err := c.makeRoom(); err != nil {
		return nil, err
	}
	st, err := c.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	c.statements[query] = st
	return st, nil
}

func (c *cachingConn) prepare(ctx context.Context, query string) (*cachedStatement, error) {
	raw, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	exec, canExec := raw.(driver.StmtExecContext)
	rows, canQuery := raw.(driver.StmtQueryContext)
	if !canExec || !canQuery {
		return nil, fmt.Errorf("the SQLite driver's statement %T takes no context", raw)
	}
	return &cachedStatement{StmtExecContext: exec, StmtQueryContext: rows, close: raw.Close}, nil
}

// makeRoom closes any one statement where there are too many: a map's order is
// random, and a statement in steady use is soon prepared again.
func (c *cachingConn) makeRoom() error {
	if len(c.statements) < maxStatements {
		return nil
	}
	for query, st := range c.statements {
		if !st.busy {
			delete(c.statements, query)
			return st.close()
		}
	}
	return nil
}

// Close closes the statements and the connection.
func (c *cachingConn) Close() error {
	for _, st := range c.statements {
		if err := st.close(); err != nil {
			return fmt.Errorf("close a statement: %w", err)
		}
	}
	return c.sqliteConn.Close()
}

// cachedRows frees its statement when it is closed.
type cachedRows struct {
	driver.Rows
	statement *cachedStatement
}

// Close ends the reading.
func (r *cachedRows) Close() error {
	r.statement.busy = false
	return r.Rows.Close()
}
