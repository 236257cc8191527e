package stream

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// forget removes those of the consumers that have nothing pending.
func (g group) forget(ctx context.Context, consumers ...string) error {
	for batch := range batches(consumers) {
		args := append([]any{consumerGroup}, anySlice(batch)...)
		err := forgetScript.Run(ctx, g.client, []string{g.key}, args...).Err()
		if err != nil && !isNoGroup(err) {
			return fmt.Errorf("remove consumers from %s: %w", g.key, err)
		}
	}
	return nil
}

// idle returns the consumers that have not been heard of for minIdle and have
// nothing pending.
func (g group) idle(ctx context.Context, minIdle time.Duration) ([]string, error) {
	consumers, err := g.client.XInfoConsumers(ctx, g.key, consumerGroup).Result()
	if isNoGroup(err) || isNoKey(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list consumers of %s: %w", g.key, err)
	}
	var names []string
	for _, c := range consumers {
		if c.Pending == 0 && c.Idle >= minIdle {
			names = append(names, c.Name)
		}
	}
	return names, nil
}

// Leave takes a consumer that stops for good out of the consumer groups. Where it
// leaves work unfinished, it stays a member until that is reclaimed.
func (r *Redis) Leave(ctx context.Context, consumer string) error {
	return errors.Join(r.changes.forget(ctx, consumer), r.deliveries.forget(ctx, consumer))
}

// ForgetConsumers takes out the consumers of processes that are gone: those
// without pending entries that have not been heard of for idle. A consumer that
// is forgotten by mistake is a member again at its next read.
func (r *Redis) ForgetConsumers(ctx context.Context, idle time.Duration) error {
	for _, g := range []group{r.changes, r.deliveries} {
		names, err := g.idle(ctx, idle)
		if err != nil {
			return err
		}
		if err := g.forget(ctx, names...); err != nil {
			return err
		}
	}
	return nil
}
