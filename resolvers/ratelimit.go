package resolvers

import (
	"context"
	"log/slog"
	"math"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/document"
)

const (
	// ratePeriod is the time over which requests are counted (contract server.md, CRIER_RATE_LIMIT).
	ratePeriod = 10 * time.Second
	// addressShare is the part of a key's rate that an address without one has.
	addressShare = 5
)

// Limiter counts requests over all processes.
type Limiter interface {
	// Allow counts one request of who and returns how long to wait; zero lets it pass.
	Allow(ctx context.Context, who string, perPeriod int, period time.Duration) (time.Duration, error)
}

// excess counts a request and returns how many seconds who made it has to wait,
// 0 where it passes: without a limiter, and while what counts is away, every one.
func (o Options) excess(ctx context.Context, who string, limit int) (seconds int) {
	if o.Limiter == nil || o.RateLimit == 0 {
		return 0
	}
	wait, err := o.Limiter.Allow(ctx, who, max(limit, 1), ratePeriod)
	if err != nil {
		o.Log.DebugContext(ctx, "requests are not counted", slog.Any("error", err))
		return 0
	}
	return int(math.Ceil(wait.Seconds()))
}

// excessOfKey is excess for a request of a key.
func (o Options) excessOfKey(ctx context.Context, key string) (seconds int) {
	return o.excess(ctx, "key:"+key, o.RateLimit)
}

// excessOfAddress is excess for a request without a valid key, by where it comes from.
func (o Options) excessOfAddress(r *http.Request) (seconds int) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	return o.excess(r.Context(), "address:"+host, o.RateLimit/addressShare)
}

// tooMany says that there were too many requests.
func tooMany(seconds int) *gqlerror.Error {
	return document.Errorf(document.CodeRateLimited, "too many requests: try again in %d s", seconds)
}

// withinRate answers a request of which there were too many.
func withinRate(w http.ResponseWriter, r *http.Request, excess int) bool {
	if excess == 0 {
		return true
	}
	w.Header().Set("Retry-After", strconv.Itoa(excess))
	writeResponse(w, r, http.StatusTooManyRequests, &graphql.Response{Errors: gqlerror.List{tooMany(excess)}}, false)
	return false
}
