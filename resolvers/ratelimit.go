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

// withinRate counts a request and answers it where there were too many. Without
// a limiter, and while what counts is away, every request passes.
func (o Options) withinRate(w http.ResponseWriter, r *http.Request, who string, limit int) bool {
	if o.Limiter == nil || o.RateLimit == 0 {
		return true
	}
	wait, err := o.Limiter.Allow(r.Context(), who, max(limit, 1), ratePeriod)
	if err != nil {
		o.Log.DebugContext(r.Context(), "requests are not counted", slog.Any("error", err))
		return true
	}
	if wait == 0 {
		return true
	}
	seconds := int(math.Ceil(wait.Seconds()))
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	refusal := document.Errorf(document.CodeRateLimited, "too many requests: try again in %d s", seconds)
	writeResponse(w, r, http.StatusTooManyRequests, &graphql.Response{Errors: gqlerror.List{refusal}}, false)
	return false
}

// keyWithinRate counts a request of a key.
func (o Options) keyWithinRate(w http.ResponseWriter, r *http.Request, key string) bool {
	return o.withinRate(w, r, "key:"+key, o.RateLimit)
}

// addressWithinRate counts a request without a valid key by where it comes from.
func (o Options) addressWithinRate(w http.ResponseWriter, r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	return o.withinRate(w, r, "address:"+host, o.RateLimit/addressShare)
}
