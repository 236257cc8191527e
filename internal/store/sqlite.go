package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqlitePragmas hold for every connection.
//
// With synchronous=NORMAL a commit survives the death of the process, not a
// power cut, which may take the last commits before it, each of them whole: the
// entities together with their changes. FULL would wait for the disk at each
// commit, 0.2 ms to 18 ms on a shared SSD against 0.05 ms, with one writer at a
// time. Whoever needs more than an embedded database gives has Postgres.
//
// busy_timeout is how long a transaction waits for another process, in ms.
var sqlitePragmas = []string{
	"busy_timeout(15000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)",
	"temp_store(MEMORY)", "cache_size(-16000)", "journal_size_limit(67108864)",
}

// openSQLite opens the file at path: one connection that writes, since SQLite
// has one writer at a time and waiting in Go is fair and cheap, and several
// that only read.
func openSQLite(ctx context.Context, path string, f *failures) (write, read *sql.DB, err error) {
	if err := createFile(path); err != nil {
		return nil, nil, err
	}
	if write, err = sqlitePool(path, 1, "_txlock=immediate", f); err != nil {
		return nil, nil, err
	}
	if err := write.PingContext(ctx); err != nil {
		return nil, nil, errors.Join(err, write.Close())
	}
	if read, err = sqlitePool(path, max(4, 2*runtime.NumCPU()), "_pragma=query_only(1)", f); err != nil {
		return nil, nil, errors.Join(err, write.Close())
	}
	return write, read, nil
}

// createFile makes the file and its folders, for this user alone: it holds
// what sellers must not see of each other.
func createFile(path string) error {
	if path == "" || strings.HasPrefix(path, ":memory:") {
		return fmt.Errorf("want a file, sqlite:PATH, not %q", path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// sqlitePool opens a pool of connections that stay open.
func sqlitePool(path string, size int, option string, f *failures) (*sql.DB, error) {
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_time_format=sqlite&_timezone=UTC"
	for _, p := range sqlitePragmas {
		dsn += "&_pragma=" + p
	}
	connector, err := sqlite.NewConnector(dsn + "&" + option)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(cachingConnector{connector, f})
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	return db, nil
}

// fold is strings.ToLower as an SQL function: SQLite's own, which is faster, knows only ASCII.
func fold(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
	text, ok := args[0].(string)
	if !ok {
		return nil, nil
	}
	return strings.ToLower(text), nil
}

func init() {
	sqlite.MustRegisterDeterministicScalarFunction("fold", 1, fold)
}

type sqliteDialect struct{}

func (sqliteDialect) name() string           { return "sqlite" }
func (sqliteDialect) bun() schema.Dialect    { return sqlitedialect.New() }
func (sqliteDialect) placeholder(int) string { return "?" }
func (sqliteDialect) lock() string           { return "" } // the transaction has the whole database

// unindexed uses that SQLite takes no index for an expression, be it only a sign.
func (sqliteDialect) unindexed(column string) string { return "+" + column }

func (sqliteDialect) in(b *builder, column string, list any) {
	text, err := json.Marshal(list)
	if err != nil { // numbers and text always have a JSON form
		b.fail(err)
	}
	b.write(column, " IN (SELECT value FROM json_each(").bind(string(text)).write("))")
}

func (sqliteDialect) contains(b *builder, column, text string) {
	b.write("instr(", folded(column, text), ", ").bind(strings.ToLower(text)).write(") > 0")
}

func (sqliteDialect) equalFold(b *builder, column, text string) {
	b.write(folded(column, text), " = ").bind(strings.ToLower(text))
}

// folded is a column in lower case as far as a comparison with text needs it.
func folded(column, text string) string {
	if isASCII(text) {
		return "lower(" + column + ")"
	}
	return "fold(" + column + ")"
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

func (sqliteDialect) lockOrder(bool) string { return "" }

// readMoment hides from the driver that the column holds moments: it would try
// other forms first, which takes longer than all else that reading a row takes.
func (sqliteDialect) readMoment(column string) string { return "+" + column }

func (sqliteDialect) moment() (before, after string) { return "", "" }

func (sqliteDialect) translate(err error) error {
	var failure *sqlite.Error
	if !errors.As(err, &failure) {
		return err
	}
	switch failure.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return &DuplicateError{Constraint: sqliteConstraint(failure.Error())}
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return &ReferenceError{}
	}
	return err
}

// sqliteConstraint reads "table(column, column)" from a message such as
// "constraint failed: UNIQUE constraint failed: table.column, table.column (2067)".
func sqliteConstraint(message string) string {
	_, columns, _ := strings.Cut(message, "UNIQUE constraint failed: ")
	columns, _, _ = strings.Cut(columns, " (")
	table, _, _ := strings.Cut(columns, ".")
	return table + "(" + strings.ReplaceAll(columns, table+".", "") + ")"
}

func (sqliteDialect) transient(error) bool { return false } // busy_timeout has waited already

func (sqliteDialect) replacements() []string {
	return []string{
		"{{pk}}", "INTEGER PRIMARY KEY AUTOINCREMENT",
		"{{given pk}}", "INTEGER PRIMARY KEY",
		"{{postgres}}", "-- ",
		"{{sqlite}}", "",
		"{{text}}", "TEXT",
		"{{bytes}}", "BLOB",
	}
}
