// Package store keeps the marketplace in SQL: one code for SQLite and
// PostgreSQL, generic over the kinds of internal/market.
//
// The package is the only one that speaks SQL. Statements are built here with
// every value bound, from columns that the kinds have; bun knows the tables
// and scans the rows.
package store

import (
	"context"
	"crypto/cipher"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/uptrace/bun"

	"crier/internal/market"
)

// Options are what a store is opened with.
type Options struct {
	// SecretKey is the 32 byte key of AES-256-GCM that encrypts the secrets of webhooks at rest.
	SecretKey []byte
	// Log gets what no caller can be told; default slog.Default.
	Log *slog.Logger
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	dialect dialect
	// write and read are pools apart; on SQLite, write holds the one connection
	// that may write and read those that cannot.
	write, read *bun.DB
	tables      *tables
	failures    *failures
	seal        cipher.AEAD
	webhooks    webhookCache
	log         *slog.Logger

	listening sync.RWMutex
	listeners []func()
}

var _ market.Store = (*Store)(nil)

// Open connects to the database of a URL: `sqlite:PATH`, whose folders are
// created, or `postgres://…`. It does not migrate.
func Open(ctx context.Context, url string, options Options) (*Store, error) {
	aead, err := newCipher(options.SecretKey)
	if err != nil {
		return nil, err
	}
	s := &Store{seal: aead, log: options.Log}
	if s.log == nil {
		s.log = slog.Default()
	}
	if err := s.connect(ctx, url); err != nil {
		return nil, err
	}
	if s.tables, err = newTables(s.dialect, s.write); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// connect opens the pools of the URL's database.
func (s *Store) connect(ctx context.Context, url string) error {
	var write, read *sql.DB
	var err error
	scheme, path, _ := strings.Cut(url, ":")
	switch scheme {
	case "sqlite":
		s.dialect, s.failures = sqliteDialect{}, &failures{dialect: sqliteDialect{}}
		write, read, err = openSQLite(ctx, path, s.failures)
	case "postgres", "postgresql":
		s.dialect, s.failures = postgresDialect{}, &failures{dialect: postgresDialect{}}
		write, read, err = openPostgres(ctx, url, s.failures)
	default:
		return fmt.Errorf("open the database: unknown scheme %q, want sqlite:PATH or postgres://", scheme)
	}
	if err != nil {
		return fmt.Errorf("open the %s database: %w", s.Dialect(), err)
	}
	s.write, s.read = bun.NewDB(write, s.dialect.bun()), bun.NewDB(read, s.dialect.bun())
	return nil
}

// Close closes every connection. Transactions in flight are rolled back.
func (s *Store) Close() error {
	return errors.Join(s.write.Close(), s.read.Close())
}

// Dialect is "sqlite" or "postgres".
func (s *Store) Dialect() string { return s.dialect.name() }

// Pools are the connection pools, by what they are for; for their statistics only.
func (s *Store) Pools() map[string]*sql.DB {
	return map[string]*sql.DB{"write": s.write.DB, "read": s.read.DB}
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.read.PingContext(ctx); err != nil {
		return fmt.Errorf("reach the %s database: %w", s.Dialect(), err)
	}
	return nil
}

// OnCommit registers a listener that is called after each commit that recorded
// changes, on the goroutine that committed; it must only signal.
func (s *Store) OnCommit(listener func()) {
	s.listening.Lock()
	defer s.listening.Unlock()
	s.listeners = append(s.listeners, listener)
}

// committed tells the listeners that changes wait in the outbox.
func (s *Store) committed() {
	s.listening.RLock()
	defer s.listening.RUnlock()
	for _, listener := range s.listeners {
		listener()
	}
}
