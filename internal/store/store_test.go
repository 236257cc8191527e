package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crier/internal/market"
	"crier/internal/servicetest"
	"crier/internal/store"
	"crier/internal/store/storetest"
	"crier/internal/viewer"
)

func TestMain(m *testing.M) { os.Exit(servicetest.Run(m)) }

var secretKey = bytes.Repeat([]byte{7}, 32)

// databases give the URL of an empty database of each sort.
var databases = map[string]func(testing.TB) string{
	"sqlite":   func(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "crier.db") },
	"postgres": servicetest.Postgres,
}

// migratedDatabases give databases that have their tables already, which is cheaper.
var migratedDatabases = map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres}

// onEach runs a test on both databases.
func onEach(t *testing.T, test func(t *testing.T, url string)) {
	t.Parallel()
	for name, empty := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, empty(t))
		})
	}
}

func open(t testing.TB, url string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), url, store.Options{SecretKey: secretKey})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func migrated(t testing.TB, url string) *store.Store {
	t.Helper()
	s := open(t, url)
	if err := s.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T) {
	t.Parallel()
	for name, empty := range migratedDatabases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t, func(t testing.TB) *store.Store { return open(t, empty(t)) })
		})
	}
}

func TestMigrate(t *testing.T) {
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		if pending, err := s.MigrationsPending(t.Context()); err != nil || !pending {
			t.Fatalf("an empty database: pending %v, %v", pending, err)
		}
		for range 2 {
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if pending, err := s.MigrationsPending(t.Context()); err != nil || pending {
			t.Fatalf("a migrated database: pending %v, %v", pending, err)
		}
	})
}

func TestMigrateAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, url string) {
		var wait sync.WaitGroup
		for range 4 {
			s := open(t, url)
			wait.Go(func() {
				if err := s.Migrate(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
	})
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("this is no database, however long"), 0o600); err != nil {
		t.Fatal(err)
	}
	for url, key := range map[string][]byte{
		"":                                 secretKey,
		"mysql://x":                        secretKey,
		"sqlite:":                          secretKey,
		"sqlite::memory:":                  secretKey,
		"sqlite:" + file:                   secretKey,
		"sqlite:" + file + "/below":        secretKey,
		"sqlite:" + file + "-short":        secretKey[:31],
		"postgres://127.0.0.1:1/x?bad=%zz": secretKey,
		"postgres://127.0.0.1:1/x":         secretKey,
	} {
		if s, err := store.Open(t.Context(), url, store.Options{SecretKey: key}); err == nil {
			t.Errorf("%s was opened", url)
			_ = s.Close()
		}
	}
}

func TestOpenTells(t *testing.T) {
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		if !strings.HasPrefix(url, s.Dialect()) {
			t.Errorf("the dialect of %s is %s", url, s.Dialect())
		}
		if err := s.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := s.Ping(t.Context()); err == nil {
			t.Error("a closed store answers")
		}
	})
}

// TestSQLiteFile looks at what the store leaves on the disk.
func TestSQLiteFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a?b#c %41", "deep", "crier.db")
	s := migrated(t, "sqlite:"+path)
	w := &market.Webhook{Secrets: []market.WebhookSecret{{Value: []byte("plain secret value")}}}
	if err := s.Run(t.Context(), func(tx market.Tx) error { return tx.Insert(t.Context(), w) }); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{filepath.Dir(path): 0o700, path: 0o600, path + "-wal": 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %v", name, info, err, want)
		}
	}
	for _, name := range []string{path, path + "-wal"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, plain := range []string{"plain secret value", "cGxhaW4gc2VjcmV0IHZhbHVl"} { // as text and in base64
			if bytes.Contains(content, []byte(plain)) {
				t.Errorf("%s holds the secret in plain text", name)
			}
		}
	}
}

// TestAnotherSecretKey opens the database with a key that is not its own.
func TestAnotherSecretKey(t *testing.T) {
	onEach(t, func(t *testing.T, url string) {
		s := migrated(t, url)
		insert := func(tx market.Tx) error { return tx.Insert(t.Context(), &market.Webhook{}) }
		if err := s.Run(t.Context(), insert); err != nil {
			t.Fatal(err)
		}
		other, err := store.Open(t.Context(), url, store.Options{SecretKey: make([]byte, 32)})
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		ctx := viewer.NewContext(t.Context(), viewer.Viewer{})
		if _, err := other.Select(ctx, new([]*market.Webhook), market.Query{}); err == nil || !strings.Contains(err.Error(), "secret key") {
			t.Errorf("got %v", err)
		}
	})
}

// TestRecord writes more changes than fit a statement, and reads the outbox.
func TestRecord(t *testing.T) {
	onEach(t, func(t *testing.T, url string) {
		s := migrated(t, url)
		at := time.Date(2031, 1, 2, 3, 4, 5, 678901000, time.UTC)
		var want []market.Change
		for i := range int64(1203) {
			want = append(want, market.Change{
				Num: i + 1, Subject: market.Ref{Type: "Advert", Num: i}, Action: market.Update, Sellers: []int64{i, 7},
				Changed: []string{"title", "published"}, Actor: "key", At: at, Traceparent: "00-1",
			})
		}
		want[1].Shared, want[1].Sellers, want[1].Changed = true, nil, nil
		for _, part := range [][]market.Change{want[:2], want[2:]} {
			if err := s.Run(t.Context(), func(tx market.Tx) error { return tx.Record(t.Context(), part) }); err != nil {
				t.Fatal(err)
			}
		}
		failed := errors.New("refused")
		err := s.Run(t.Context(), func(tx market.Tx) error { return errors.Join(tx.Record(t.Context(), want), failed) })
		if !errors.Is(err, failed) {
			t.Fatal(err)
		}
		got, err := s.Recorded(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-recorded +read):\n%s", diff)
		}
	})
}

// TestReadersCannotWrite makes sure that nothing passes the one writer of SQLite.
func TestReadersCannotWrite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "crier.db")
	s := migrated(t, "sqlite:"+path)
	if err := s.WriteByReader(t.Context()); err == nil {
		t.Error("a reader wrote")
	}
	var mode string
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow("PRAGMA journal_mode").Scan(&mode); err != nil || mode != "wal" {
		t.Errorf("the journal's mode is %s, %v", mode, err)
	}
}

// FuzzCursor gives every kind of text as a cursor.
func FuzzCursor(f *testing.F) {
	s := migrated(f, databases["sqlite"](f))
	ctx := viewer.NewContext(context.Background(), viewer.Viewer{})
	sort := []market.Sort{{Column: "alt", Desc: true}, {Column: "created_at"}}
	f.Add("", true)
	f.Add(`["-alt,created_at,id",null,"2031-01-02T03:04:05Z",1]`, true)
	f.Add(`["-alt,created_at,id","a","2031-01-02T03:04:05Z",1]`, true)
	f.Add("WyItYWx0IiwxXQ", false)
	f.Fuzz(func(t *testing.T, cursor string, encode bool) {
		if encode {
			cursor = base64.RawURLEncoding.EncodeToString([]byte(cursor))
		}
		for _, q := range []market.Query{{Sort: sort, After: cursor}, {Sort: sort, Before: cursor}} {
			var refusal *store.CursorError
			if _, err := s.Select(ctx, new([]*market.Image), q); err != nil && !errors.As(err, &refusal) {
				t.Errorf("%q: %v", cursor, err)
			}
		}
	})
}
