package store

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"crier/internal/market"
)

// webhooksKept bounds the cache of webhooks.
const webhooksKept = 10_000

// webhookCache keeps webhooks as they were read, since delivery asks for the same
// ones batch after batch, and a webhook is much to read: its document, its headers
// and its secrets, which are encrypted. Whoever gets one must not change it.
type webhookCache struct {
	mu    sync.Mutex
	byNum map[int64]*market.Webhook
}

// current returns what is kept of a webhook, if it has not changed since.
func (c *webhookCache) current(num int64, updated time.Time) *market.Webhook {
	c.mu.Lock()
	defer c.mu.Unlock()
	if w := c.byNum[num]; w != nil && w.UpdatedAt.Equal(updated) {
		return w
	}
	return nil
}

func (c *webhookCache) keep(webhooks []*market.Webhook) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byNum == nil || len(c.byNum)+len(webhooks) > webhooksKept {
		c.byNum = make(map[int64]*market.Webhook, len(webhooks))
	}
	for _, w := range webhooks {
		c.byNum[w.Num] = w
	}
}

// WebhooksByNum returns those of the webhooks that are not deleted. They are
// shared and must not be changed.
func (s *Store) WebhooksByNum(ctx context.Context, nums []int64) (map[int64]*market.Webhook, error) {
	slices.Sort(nums)
	found, changed, err := s.keptWebhooks(ctx, slices.Compact(nums))
	if err != nil {
		return nil, fmt.Errorf("look for webhooks: %w", err)
	}
	if len(changed) == 0 {
		return found, nil
	}
	var rows []*market.Webhook
	if err := s.fetch(ctx, s.read.DB, s.builder(), &rows, market.Query{Where: []market.Cond{market.In("id", changed)}}); err != nil {
		return nil, fmt.Errorf("read webhooks: %w", err)
	}
	s.webhooks.keep(rows)
	for _, w := range rows {
		found[w.Num] = w
	}
	return found, nil
}

// keptWebhooks returns those of the webhooks that are in the cache as they are
// now, and the numbers of those that have to be read.
func (s *Store) keptWebhooks(ctx context.Context, nums []int64) (found map[int64]*market.Webhook, changed []int64, err error) {
	b := s.builder()
	b.dialect.in(b.write(`SELECT "id", "updated_at" FROM "webhooks" WHERE "deleted_at" IS NULL AND `), `"id"`, nums)
	text, args, err := b.statement()
	if err != nil {
		return nil, nil, err
	}
	rows, err := s.read.DB.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	found = make(map[int64]*market.Webhook, len(nums))
	for rows.Next() {
		var num int64
		var updated time.Time
		if err := rows.Scan(&num, &updated); err != nil {
			return nil, nil, err
		}
		if w := s.webhooks.current(num, updated); w != nil {
			found[num] = w
		} else {
			changed = append(changed, num)
		}
	}
	return found, changed, rows.Err()
}
