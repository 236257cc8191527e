package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/store"
	"crier/internal/viewer"
)

// later is a migration of a later version that expands what this one uses: a
// table, nullable columns, and an index.
const later = `-- +goose Up
CREATE TABLE crates (id {{pk}}, label {{text}} NOT NULL);
ALTER TABLE adverts ADD COLUMN crate_id BIGINT;
ALTER TABLE brands ADD COLUMN motto {{text}};
ALTER TABLE changes ADD COLUMN crates {{text}};
ALTER TABLE webhooks ADD COLUMN crate {{text}};
ALTER TABLE webhook_events ADD COLUMN crate_id BIGINT;
CREATE INDEX brands_name_slug ON brands (name, slug);
`

// morning is when everything here happens.
var morning = time.Date(2031, 1, 2, 3, 4, 5, 0, time.UTC)

func migrateLater(t testing.TB, url string) {
	t.Helper()
	if err := open(t, url).MigrateLater(context.Background(), later); err != nil {
		t.Fatal(err)
	}
}

// TestAnOlderProcessWorksOnWhileItsDatabaseIsMigrated writes and reads before,
// during and after a migration, through statements that are prepared by then.
func TestAnOlderProcessWorksOnWhileItsDatabaseIsMigrated(t *testing.T) {
	onEach(t, func(t *testing.T, url string) {
		s := migrated(t, url)
		ctx := viewer.NewContext(t.Context(), viewer.Viewer{})
		written := make(chan error)
		work, stop := context.WithCancel(ctx)
		go func() {
			defer close(written)
			for i := 0; work.Err() == nil; i++ {
				written <- writeAndRead(ctx, s, i)
			}
		}()
		some := func() {
			for range 20 {
				if err := <-written; err != nil {
					t.Error(err)
				}
			}
		}
		some()
		newer, migrated := open(t, url), make(chan error, 1)
		go func() { migrated <- newer.MigrateLater(ctx, later) }()
		for migrating := true; migrating; {
			select {
			case err := <-migrated:
				migrating = false
				if err != nil {
					t.Error(err)
				}
			case err := <-written:
				if err != nil {
					t.Error(err)
				}
			}
		}
		some()
		stop()
		for err := range written {
			if err != nil {
				t.Error(err)
			}
		}
	})
}

// writeAndRead stores a brand with its change, changes it, reads it back, and
// makes an event of it that is sent.
func writeAndRead(ctx context.Context, s *store.Store, i int) error {
	b := &market.Brand{Base: market.Base{CreatedAt: morning, UpdatedAt: morning}, Name: fmt.Sprint("Brand ", i), Slug: fmt.Sprint("brand-", i)}
	err := s.Run(ctx, func(tx market.Tx) error {
		if err := tx.Insert(ctx, b); err != nil {
			return err
		}
		b.Name += ", renamed"
		return errors.Join(tx.Update(ctx, b), tx.Record(ctx, []market.Change{{Subject: b.Ref(), Action: market.Create, At: morning}}))
	})
	if err != nil {
		return err
	}
	var found []*market.Brand
	if _, err := s.Select(ctx, &found, market.Query{Where: []market.Cond{market.Eq("slug", b.Slug)}}); err != nil {
		return err
	}
	if len(found) != 1 || *found[0] != *b {
		return fmt.Errorf("found %+v, want %+v", found, b)
	}
	return send(ctx, s)
}

// send makes an event of the change that waits, and settles it as delivered.
func send(ctx context.Context, s *store.Store) error {
	_, err := s.Sequence(ctx, 1, func(changes []market.Change, next int64) (market.Plan, error) {
		return market.Plan{Changes: 1, Events: []market.WebhookEvent{eventOf(next, changes[0].Num, 1)}}, nil
	})
	if err != nil {
		return err
	}
	due, err := s.DueEvents(ctx, market.Due{}, morning.Add(time.Hour), 2)
	if err != nil || len(due) != 1 {
		return fmt.Errorf("due are %+v: %w", due, err)
	}
	_, err = s.RecordOutcomes(ctx, []market.Outcome{{EventID: due[0].Event, WebhookID: 1, Status: market.EventSent, At: morning}})
	return err
}

// TestAnOlderProcessStartsOnANewerSchema as in a rolling restart, and says so.
func TestAnOlderProcessStartsOnANewerSchema(t *testing.T) {
	onEach(t, func(t *testing.T, url string) {
		migrateLater(t, url)
		var said bytes.Buffer
		s, err := store.Open(t.Context(), url, store.Options{SecretKey: secretKey, Log: slog.New(slog.NewTextHandler(&said, nil))})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if pending, err := s.MigrationsPending(t.Context()); pending || err != nil {
			t.Errorf("pending %v, %v", pending, err)
		}
		if !strings.Contains(said.String(), "newer version") || !strings.Contains(said.String(), "schema=9999") {
			t.Errorf("the log says %q", &said)
		}
		if err := writeAndRead(viewer.NewContext(t.Context(), viewer.Viewer{}), s, 1); err != nil {
			t.Error(err)
		}
	})
}
