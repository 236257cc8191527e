package storetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"crier/internal/servicetest"
	"crier/internal/store"
)

// template is an empty, migrated SQLite file, made once for all tests of a
// package: under the race detector a migration costs more than most tests do.
var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "crier-template-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the template: %w", err)
	}
	path := filepath.Join(dir, "template.db")
	err = migrate("sqlite:" + path)
	file, unread := os.ReadFile(path)
	return file, errors.Join(err, unread, os.RemoveAll(dir))
})

// migrate makes an empty database; closing it leaves the whole of it in its one
// file where it is SQLite's. No secret is sealed in it, so that any key opens it.
func migrate(url string) error {
	s, err := store.Open(context.Background(), url, store.Options{SecretKey: make([]byte, 32)})
	if err != nil {
		return err
	}
	return errors.Join(s.Migrate(context.Background()), s.Close())
}

// SQLite returns the URL of an empty, migrated SQLite database that ends with its test.
func SQLite(t testing.TB) string {
	t.Helper()
	file, err := template()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

// Postgres is [SQLite] for PostgreSQL. TestMain must call servicetest.Run.
func Postgres(t testing.TB) string {
	t.Helper()
	return servicetest.PostgresFilled(t, migrate)
}
