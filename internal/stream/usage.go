package stream

import (
	"context"
	"errors"
	"net"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
)

// Usage says how the connections of this process to Redis are used.
type Usage struct {
	// Idle and Used are connections.
	Idle, Used int
	// Errors counts since the start of the process the commands that failed and
	// the connections that could not be made.
	Errors uint64
}

// Usage costs no round trip.
func (r *Redis) Usage() Usage {
	pool := r.client.PoolStats()
	return Usage{Idle: int(pool.IdleConns), Used: int(pool.TotalConns) - int(pool.IdleConns), Errors: r.errors.total.Load()}
}

// errorCounter counts what fails between the client library and Redis. An answer
// that is part of the conversation is no failure.
type errorCounter struct{ total atomic.Uint64 }

func (c *errorCounter) count(err error) {
	if err == nil || errors.Is(err, redis.Nil) || errors.Is(err, context.Canceled) || errors.Is(err, redis.ErrClosed) ||
		isNoGroup(err) || isNoKey(err) || redis.HasErrorPrefix(err, "NOSCRIPT") || redis.HasErrorPrefix(err, "BUSYGROUP") {
		return
	}
	c.total.Add(1)
}

// DialHook implements redis.Hook.
func (c *errorCounter) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := next(ctx, network, address)
		c.count(err)
		return conn, err
	}
}

// ProcessHook implements redis.Hook.
func (c *errorCounter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		c.count(err)
		return err
	}
}

// ProcessPipelineHook implements redis.Hook.
func (c *errorCounter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		c.count(err)
		return err
	}
}
