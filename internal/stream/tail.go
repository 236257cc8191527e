package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// LastChange returns the id of the last entry that the public stream holds, for
// AwaitChange; one before every entry where it holds none.
func (r *Redis) LastChange(ctx context.Context) (string, error) {
	last, err := r.client.XRevRangeN(ctx, ChangesKey(), "+", "-", 1).Result()
	if err != nil {
		return "", fmt.Errorf("find the last change: %w", err)
	}
	if len(last) == 0 {
		return streamID{}.String(), nil
	}
	return last[0].ID, nil
}

// AwaitChange waits until the public stream goes beyond the entry with an id, but
// no longer than block. The end of ctx does not end a wait, its deadline does.
func (r *Redis) AwaitChange(ctx context.Context, id string, block time.Duration) error {
	err := r.client.XRead(ctx, &redis.XReadArgs{
		Streams: []string{ChangesKey(), id}, Count: 1, Block: max(block, time.Millisecond), // zero would wait for ever
	}).Err()
	if err != nil && !errors.Is(err, redis.Nil) {
		return fmt.Errorf("wait for a change: %w", err)
	}
	return nil
}
