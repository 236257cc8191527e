package store

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// migrations is one set of SQL files for both databases, in which tokens such
// as {{pk}} stand for what the two spell differently. There are none to go back:
// a release is undone by starting the one before it, which a newer schema serves
// as well (docs/architecture.md, "Migrations").
//
//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the database to this version's schema. Several processes may
// do so at once. A newer schema stays, and is logged: in a rolling restart
// processes of the release before start on it too.
func (s *Store) Migrate(ctx context.Context) error {
	provider, err := s.provider(migrations)
	if err != nil {
		return err
	}
	if err := s.migrate(ctx, provider); err != nil {
		return fmt.Errorf("migrate the %s database: %w", s.Dialect(), err)
	}
	s.failures.total.Store(0) // the first question after the version of a new database fails
	database, known, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the version of the database: %w", err)
	}
	if database > known {
		s.log.WarnContext(ctx, "the database has the schema of a newer version", slog.Int64("schema", database), slog.Int64("known", known))
	}
	return nil
}

// migrate applies what is pending. On Postgres an advisory lock lets one
// process through at a time. SQLite has none: there, a process fails that
// applies a migration which another one applied meanwhile, and that failure
// means that there is one less to apply.
func (s *Store) migrate(ctx context.Context, provider *goose.Provider) error {
	_, err := provider.Up(ctx)
	if s.Dialect() != "sqlite" {
		return err
	}
	for range len(provider.ListSources()) + 1 {
		if err == nil || ctx.Err() != nil {
			return err
		}
		_, err = provider.Up(ctx)
	}
	return err
}

// MigrationsPending reports whether Migrate has something to do.
func (s *Store) MigrationsPending(ctx context.Context) (bool, error) {
	provider, err := s.provider(migrations)
	if err != nil {
		return false, err
	}
	pending, err := provider.HasPending(ctx)
	if err != nil {
		return false, fmt.Errorf("look for pending migrations: %w", err)
	}
	return pending, nil
}

// provider returns goose's view of some migrations and the database.
func (s *Store) provider(migrations fs.FS) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	dialect, options := goose.DialectSQLite3, []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if s.Dialect() == "postgres" {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // tried each second
		if err != nil {
			return nil, fmt.Errorf("make the migrations' lock: %w", err)
		}
		dialect, options = goose.DialectPostgres, append(options, goose.WithSessionLocker(locker))
	}
	tokens := strings.NewReplacer(s.dialect.replacements()...)
	provider, err := goose.NewProvider(dialect, s.write.DB, spelled{files, tokens}, options...)
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return provider, nil
}

// spelled is a file system whose files are spelled for one database.
type spelled struct {
	fs.FS
	tokens *strings.Replacer
}

// Open opens a file with its tokens replaced, or a folder as it is.
func (s spelled) Open(name string) (fs.File, error) {
	file, err := s.FS.Open(name)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err != nil || info.IsDir() {
		return file, err
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	return spelledFile{file, bytes.NewReader([]byte(s.tokens.Replace(string(text))))}, nil
}

// spelledFile is a file with another content.
type spelledFile struct {
	fs.File
	content *bytes.Reader
}

// Read reads the content.
func (f spelledFile) Read(p []byte) (int, error) { return f.content.Read(p) }
