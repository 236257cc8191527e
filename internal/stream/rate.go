package stream

import (
	"context"
	"fmt"
	"time"

	"github.com/go-redis/redis_rate/v10"
)

// Allow counts one request of who against perPeriod requests in a period, over
// all processes, and returns how long to wait where there were too many; zero
// lets the request pass. Short bursts up to the whole amount pass at once.
func (r *Redis) Allow(ctx context.Context, who string, perPeriod int, period time.Duration) (time.Duration, error) {
	limit := redis_rate.Limit{Rate: perPeriod, Burst: perPeriod, Period: period}
	result, err := redis_rate.NewLimiter(r.client).Allow(ctx, rateKey(who), limit)
	if err != nil {
		return 0, fmt.Errorf("count a request: %w", err)
	}
	if result.Allowed > 0 {
		return 0, nil
	}
	return max(result.RetryAfter, time.Millisecond), nil
}
