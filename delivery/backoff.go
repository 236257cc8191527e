package delivery

import (
	"math"
	"time"
)

// The schedule of retries (contract wire.md, Outcomes). With 25 retries it
// spans about four weeks:
//
//	retry  1: 2.5 to 5 s     retry 10: 21 to 43 min
//	retry  5: 40 to 80 s     retry 17: 2 to 4 days, and so on from there
const (
	firstRetry  = 5 * time.Second
	longestWait = 4 * 24 * time.Hour
	// retryAfterCap is the longest Retry-After that is honoured.
	retryAfterCap = 24 * time.Hour
)

// backoff is how long to wait before the next attempt, after the given number
// of failed ones: exponential from first, with the upper half jittered by random, a number
// in [0, 1), so that receivers that failed together are not retried together.
func backoff(first time.Duration, failed int64, random float64) time.Duration {
	full := float64(first) * math.Pow(2, float64(max(failed, 1)-1))
	full = math.Min(full, float64(longestWait))
	return time.Duration(full * (0.5 + random/2))
}
