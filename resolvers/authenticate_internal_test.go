package resolvers

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"crier/internal/market"
)

// everyKey knows every key until it is told otherwise.
type everyKey struct{ removed bool }

func (k *everyKey) KeyByDigest(context.Context, string) (*market.MarketplacerAPIKey, error) {
	if k.removed {
		return nil, market.ErrNotFound
	}
	return &market.MarketplacerAPIKey{}, nil
}

func TestCachedKeysStop(t *testing.T) {
	t.Parallel()
	keys, now := &everyKey{}, time.Unix(0, 0)
	c := CacheKeys(keys)
	c.now = func() time.Time { return now }
	ask := func() error {
		_, err := c.KeyByDigest(t.Context(), "a")
		return err
	}
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	keys.removed = true
	now = now.Add(keyTTL - 1)
	if err := ask(); err != nil {
		t.Errorf("within its time: %v", err)
	}
	now = now.Add(1)
	if err := ask(); !errors.Is(err, market.ErrNotFound) || keyTTL > 5*time.Second {
		t.Errorf("after its time: %v", err)
	}
}

// slowKeys finds the key of seller 7, which is removed while it is read.
type slowKeys struct{ remove func() }

func (k slowKeys) KeyByDigest(context.Context, string) (*market.MarketplacerAPIKey, error) {
	k.remove()
	return &market.MarketplacerAPIKey{SellerID: 7}, nil
}

func TestForgottenKeysStopAtOnce(t *testing.T) {
	t.Parallel()
	removals := 0
	keys := &slowKeys{remove: func() {}}
	c := CacheKeys(keys)
	known := func() int {
		if _, err := c.KeyByDigest(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		return len(c.known)
	}
	if n := known(); n != 1 {
		t.Fatalf("%d keys are remembered, want 1", n)
	}
	c.Forget(8)
	if len(c.known) != 1 {
		t.Error("the key of another seller was forgotten")
	}
	c.Forget(7)
	if len(c.known) != 0 {
		t.Error("the key is remembered after its removal")
	}
	keys.remove = func() { removals++; c.Forget(7) }
	if n := known(); n != 0 || removals != 1 {
		t.Error("a key that was read before its removal is remembered after it")
	}
}

func TestCachedKeysAreBounded(t *testing.T) {
	t.Parallel()
	c := CacheKeys(&everyKey{})
	for i := range keysKept + 10 {
		if _, err := c.KeyByDigest(t.Context(), fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.known) > keysKept {
		t.Errorf("%d keys", len(c.known))
	}
}

func TestOutcome(t *testing.T) {
	t.Parallel()
	away := errors.New("database away")
	for _, c := range []struct {
		err    error
		status int
		fields string
		rest   error
	}{
		{nil, 200, "", nil},
		{market.Refuse("title", "is blank"), 422, "title [is blank] ", nil},
		{fmt.Errorf("upsert: %w", market.Missing("taxon_id")), 404, "taxon_id [was not found] ", nil},
		{&market.Invalid{Status: 409, Fields: []market.FieldError{{Field: "a", Messages: []string{"b", "c"}}, {Field: "d"}}}, 409, "a [b c] d [] ", nil},
		{fmt.Errorf("delete: %w", market.ErrNotFound), 404, "id [was not found] ", nil},
		{away, 0, "", away},
	} {
		status, fields, rest := outcome(c.err)
		text := ""
		for _, f := range fields {
			text += fmt.Sprint(f.Field, " ", f.Messages, " ")
		}
		if status != c.status || text != c.fields || rest != c.rest {
			t.Errorf("%v: got %d %s %v", c.err, status, text, rest)
		}
	}
}
