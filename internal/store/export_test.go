package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"
	"time"

	"crier/internal/market"
)

// Recorded reads the outbox in the order of its numbers.
func (s *Store) Recorded(ctx context.Context) ([]market.Change, error) {
	rows, err := s.read.DB.QueryContext(ctx, `SELECT "id", "subject_type", "subject_num", "action", COALESCE("sellers", 'null'),
		"shared", COALESCE("changed", 'null'), "actor", "at", "traceparent" FROM "changes" ORDER BY "id"`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []market.Change
	for rows.Next() {
		var c market.Change
		var sellers, changed []byte
		if err := rows.Scan(&c.Num, &c.Subject.Type, &c.Subject.Num, &c.Action, &sellers, &c.Shared, &changed, &c.Actor, &c.At, &c.Traceparent); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(sellers, &c.Sellers); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(changed, &c.Changed); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, rows.Err()
}

// WriteByReader tries to write by the pool that only reads.
func (s *Store) WriteByReader(ctx context.Context) error {
	_, err := s.read.DB.ExecContext(ctx, `DELETE FROM "brands"`)
	return err
}

// MigrateLater applies this version's migrations and one of a later version.
func (s *Store) MigrateLater(ctx context.Context, text string) error {
	files := fstest.MapFS{"migrations/9999_later.sql": {Data: []byte(text)}}
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	for _, name := range names {
		content, err := migrations.ReadFile(name)
		if err != nil {
			return err
		}
		files[name] = &fstest.MapFile{Data: content}
	}
	provider, err := s.provider(files)
	if err != nil {
		return err
	}
	return s.migrate(ctx, provider)
}

// Plan is the database's plan of a Select, one step a line.
func (s *Store) Plan(ctx context.Context, kind string, q market.Query) (string, error) {
	t, err := s.tables.kind(kind)
	if err != nil {
		return "", err
	}
	b, err := s.viewed(ctx, t, q)
	if err != nil {
		return "", err
	}
	keys, err := t.keys(q.Sort)
	if err != nil {
		return "", err
	}
	b.explain()
	b.rows(t, q, keys)
	return s.steps(ctx, b)
}

// DuePlans are the plans of the statements of DueEvents.
func (s *Store) DuePlans(ctx context.Context, after market.Due, before time.Time, limit int) (plans []string, err error) {
	for _, later := range []bool{false, true} {
		b := s.builder()
		b.explain()
		b.dueStretch(after, later, before, limit)
		plan, err := s.steps(ctx, b)
		if err != nil {
			return nil, err
		}
		plans = append(plans, plan)
	}
	return plans, nil
}

// explain begins a statement that asks for the plan of what follows.
func (b *builder) explain() {
	b.write(map[string]string{"sqlite": "EXPLAIN QUERY PLAN ", "postgres": "EXPLAIN "}[b.dialect.name()])
}

// steps runs a statement that asks for a plan; the step is the last column.
func (s *Store) steps(ctx context.Context, b *builder) (string, error) {
	columns := map[string]int{"sqlite": 4, "postgres": 1}[s.Dialect()]
	var steps []string
	err := s.each(ctx, b, func(rows *sql.Rows) error {
		var step string
		into := make([]any, columns)
		for i := range into {
			into[i] = new(any)
		}
		into[columns-1] = &step
		err := rows.Scan(into...)
		steps = append(steps, step)
		return err
	})
	return strings.Join(steps, "\n"), err
}

// Analyze gathers the statistics that PostgreSQL's planner goes by.
func (s *Store) Analyze(ctx context.Context) error {
	_, err := s.write.ExecContext(ctx, "ANALYZE")
	return err
}

// OpenPool opens connections as the SQLite store does.
func OpenPool(path string, size int, option string) (*sql.DB, error) {
	return sqlitePool(path, size, option, &failures{dialect: sqliteDialect{}})
}

// Fail runs a statement that no database understands, and one that meets no row.
func (s *Store) Fail(ctx context.Context) error {
	if err := s.write.DB.QueryRowContext(ctx, "SELECT 1 WHERE 1 = 2").Scan(new(int)); !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("no row: %w", err)
	}
	_, err := s.write.DB.ExecContext(ctx, "UPDATE nowhere SET nothing = 1")
	return err
}

// MaxStatements bounds the prepared statements of a connection.
const MaxStatements = maxStatements

// Waiting reports whether somebody waits for the order of changes.
func (s *Store) Waiting(ctx context.Context) (bool, error) {
	var waiting bool
	err := s.read.DB.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = `+orderLock+`
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`).Scan(&waiting)
	return waiting, err
}
