package resolvers

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/viewer"
)

// Authenticator finds API keys.
type Authenticator interface {
	// KeyByDigest returns the key whose hex SHA-256 is digest, or market.ErrNotFound.
	KeyByDigest(ctx context.Context, digest string) (*market.MarketplacerAPIKey, error)
}

// The bounds of the memory of keys: a removed key stops within keyTTL also where
// nobody says that it was removed, and no number of keys fills the memory.
const (
	keyTTL   = 3 * time.Second
	keysKept = 10_000
)

// KeyCache is an Authenticator that remembers keys. It is safe for concurrent use.
type KeyCache struct {
	keys  Authenticator
	now   func() time.Time
	mu    sync.Mutex
	known map[string]knownKey
	// forgotten counts the calls of Forget.
	forgotten int
}

// CacheKeys returns an Authenticator that asks keys at most once in 3 s for each
// key that exists. A key that does not exist is asked for each time, so that a
// new one works at once.
func CacheKeys(keys Authenticator) *KeyCache {
	return &KeyCache{keys: keys, known: map[string]knownKey{}, now: time.Now}
}

type knownKey struct {
	key   *market.MarketplacerAPIKey
	until time.Time
}

// KeyByDigest returns a key from memory, or asks for it.
func (c *KeyCache) KeyByDigest(ctx context.Context, digest string) (*market.MarketplacerAPIKey, error) {
	key, forgotten := c.get(digest)
	if key != nil {
		return key, nil
	}
	key, err := c.keys.KeyByDigest(ctx, digest)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if forgotten != c.forgotten {
		return key, nil // It may have been read before its removal.
	}
	if len(c.known) >= keysKept {
		clear(c.known)
	}
	c.known[digest] = knownKey{key, c.now().Add(keyTTL)}
	return key, nil
}

// get returns a key that is still remembered, or nil, and how often any was forgotten.
func (c *KeyCache) get(digest string) (key *market.MarketplacerAPIKey, forgotten int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.known[digest]; ok && c.now().Before(known.until) {
		return known.key, c.forgotten
	}
	return nil, c.forgotten
}

// Forget stops the keys of a seller at once, because they were removed.
func (c *KeyCache) Forget(seller int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgotten++
	maps.DeleteFunc(c.known, func(_ string, known knownKey) bool { return known.key.SellerID == seller })
}

// noKey says that a request came without a key.
func noKey() *gqlerror.Error {
	return document.Errorf(document.CodeUnauthenticated,
		"an API key is needed: send it as Authorization: Bearer KEY or as MARKETPLACER-API-KEY: KEY")
}

// wrongKey says that a key does not exist.
func wrongKey() *gqlerror.Error {
	return document.Errorf(document.CodeUnauthenticated,
		"the API key is not valid: check that it is complete, and that it was not removed")
}

// authenticate returns the viewer that a key stands for. The error is noKey,
// wrongKey, or a failure of our own.
func authenticate(ctx context.Context, keys Authenticator, key, traceparent string) (viewer.Viewer, error) {
	v := viewer.Viewer{Traceparent: traceparent}
	if key == "" {
		return v, noKey()
	}
	digest := sha256.Sum256([]byte(key))
	found, err := keys.KeyByDigest(ctx, hex.EncodeToString(digest[:]))
	if errors.Is(err, market.ErrNotFound) {
		return v, wrongKey()
	}
	if err != nil {
		return v, fmt.Errorf("look up an API key: %w", err)
	}
	v.Seller, v.Key, v.Scopes = found.SellerID, found.ID(), found.Scopes
	return v, nil
}

// keyOf is the API key of a request, or "". Its own header wins, since Basic
// authentication may sit in front.
func keyOf(header http.Header) string {
	if key := header.Get("MARKETPLACER-API-KEY"); key != "" {
		return strings.TrimSpace(key)
	}
	return bearer(header.Get("Authorization"))
}

// bearer is the token of an Authorization header, or "".
func bearer(authorization string) string {
	scheme, token, _ := strings.Cut(strings.TrimSpace(authorization), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// traced is a W3C trace context, of version 00 or one that begins like it.
var traced = regexp.MustCompile(`^([0-9a-f]{2})-([0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2})(-.*)?$`)

// traceparent is the trace context that a request came with, or a new one where
// it has none that is valid (W3C Trace Context, traceparent).
func traceparent(header http.Header) string {
	if values := header.Values("traceparent"); len(values) == 1 {
		if known, ok := parseTraceparent(values[0]); ok {
			return known
		}
	}
	return "00-" + randomHex(16) + "-" + randomHex(8) + "-01"
}

// parseTraceparent reads a trace context as one of version 00.
func parseTraceparent(value string) (string, bool) {
	parts := traced.FindStringSubmatch(value)
	if parts == nil || parts[1] == "ff" || parts[1] == "00" && parts[3] != "" {
		return "", false
	}
	trace, parent := parts[2][:32], parts[2][33:49]
	if strings.Trim(trace, "0") == "" || strings.Trim(parent, "0") == "" {
		return "", false
	}
	return "00-" + parts[2], true
}

// randomHex is n random bytes in hex.
func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // It never fails.
	return hex.EncodeToString(b)
}

type requestKey struct{}

// RequestID is the id that a request has in the log and in masked errors, or "".
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}
