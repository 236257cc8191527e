package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/schema"
)

// postgresConnections bounds each of the two pools of one process: enough to keep
// a server of several cores busy, few enough for some processes beside each other
// under Postgres' default of 100.
const postgresConnections = 10

// idleInTransaction ends the transaction of a process that was halted amid it, in
// milliseconds: nobody else can release its locks, and those of the relay keep every
// other relay out.
const idleInTransaction = "10000"

// openPostgres opens a pool that writes and one that reads, so that nobody who
// only reads waits behind those who wait for the lock of a row that all want to
// change. Isolation is the server's default, READ COMMITTED: the rules lock what
// they change.
func openPostgres(ctx context.Context, url string, f *failures) (write, read *sql.DB, err error) {
	if write, err = postgresPool(ctx, url, f); err != nil {
		return nil, nil, err
	}
	if read, err = postgresPool(ctx, url, f); err != nil {
		return nil, nil, errors.Join(err, write.Close())
	}
	return write, read, nil
}

// postgresPool opens a pool and sees that the server answers.
func postgresPool(ctx context.Context, url string, f *failures) (*sql.DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.Tracer = f
	config.RuntimeParams["idle_in_transaction_session_timeout"] = idleInTransaction
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(postgresConnections)
	db.SetMaxIdleConns(postgresConnections)
	db.SetConnMaxIdleTime(5 * time.Minute)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

type postgresDialect struct{}

func (postgresDialect) name() string             { return "postgres" }
func (postgresDialect) bun() schema.Dialect      { return pgdialect.New() }
func (postgresDialect) placeholder(n int) string { return "$" + strconv.Itoa(n) }

// lock leaves the rows free for the foreign keys of others, which FOR UPDATE
// would make wait.
func (postgresDialect) lock() string { return " FOR NO KEY UPDATE" }

// unindexed leaves the choice to the planner, which has statistics.
func (postgresDialect) unindexed(column string) string { return column }

func (postgresDialect) in(b *builder, column string, list any) {
	b.write(column, " = ANY(").bind(list).write(")")
}

// contains folds by the database's own locale; the columns' collation is "C",
// which orders the same everywhere but folds ASCII only.
func (postgresDialect) contains(b *builder, column, text string) {
	b.write("strpos(lower(", column, ` COLLATE "default"), lower(`).bind(text).write(` COLLATE "default")) > 0`)
}

func (postgresDialect) equalFold(b *builder, column, text string) {
	b.write("lower(", column, ` COLLATE "default") = lower(`).bind(text).write(` COLLATE "default")`)
}

// The codes of Postgres' errors that mean something to a caller.
const (
	uniqueViolation      = "23505"
	foreignKeyViolation  = "23503"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
)

// orderLock names the advisory lock of the order of changes.
const orderLock = "7236826"

func (postgresDialect) lockOrder(alone bool) string {
	if alone {
		return "SELECT pg_advisory_xact_lock(" + orderLock + ")"
	}
	return "SELECT pg_advisory_xact_lock_shared(" + orderLock + ")"
}

func (postgresDialect) readMoment(column string) string { return column }

func (postgresDialect) moment() (before, after string) { return "CAST(", " AS TIMESTAMP)" }

func (postgresDialect) translate(err error) error {
	var failure *pgconn.PgError
	if !errors.As(err, &failure) {
		return err
	}
	switch failure.Code {
	case uniqueViolation:
		return &DuplicateError{Constraint: postgresConstraint(failure)}
	case foreignKeyViolation:
		return &ReferenceError{Constraint: failure.ConstraintName}
	}
	return err
}

// postgresConstraint reads "table(column, column)" from a detail such as
// "Key (column, column)=(1, x) already exists.", whose form no language changes.
func postgresConstraint(failure *pgconn.PgError) string {
	_, columns, found := strings.Cut(failure.Detail, "(")
	columns, _, closed := strings.Cut(columns, ")=(")
	if !found || !closed {
		return failure.ConstraintName
	}
	return failure.TableName + "(" + columns + ")"
}

func (postgresDialect) transient(err error) bool {
	var failure *pgconn.PgError
	return errors.As(err, &failure) && (failure.Code == serializationFailure || failure.Code == deadlockDetected)
}

func (postgresDialect) replacements() []string {
	return []string{
		"{{pk}}", "BIGSERIAL PRIMARY KEY",
		"{{given pk}}", "BIGINT PRIMARY KEY",
		"{{postgres}}", "",
		"{{sqlite}}", "-- ",
		"{{text}}", `TEXT COLLATE "C"`,
		"{{bytes}}", "BYTEA",
	}
}
