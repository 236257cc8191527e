// Package stream is all that Crier knows of Redis: keys, the form of messages,
// consumer groups, scripts, slots, leases, and the embedded server.
//
// SQL is the truth and Redis the transport: everything here can be rebuilt from
// the database, and losing all of it costs time only. Three things live in Redis:
//
//   - the public stream of committed changes ([ChangesKey]): written by the relay
//     with [Redis.PublishChanges], read by fan-out with [Redis.ReadChanges] and by
//     any other program with a consumer group of its own;
//   - the queue of deliveries: a stream of the events to be sent now or being
//     sent, a sorted set of those to be sent later, and a set of all events in
//     either, so that queueing an event twice is a no-op;
//   - slots and leases: how many deliveries of a webhook are under way over all
//     processes, and which process has a role that only one may have.
//
// An event goes through the queue like this, each arrow one atomic step:
//
//	         Enqueue              ReadDeliveries               Done
//	(absent) ───────► in stream ─────────────────► in flight ───────► (absent)
//	    │                 ▲                            │
//	    │ Delay           │ Promote                    │ Postpone
//	    └──────────────► delayed ◄─────────────────────┘
//
// What is in flight and shows no sign of life ([Redis.HeartbeatDeliveries]) is
// taken over by [Redis.ReclaimDeliveries].
//
// All methods work in batches, are safe for concurrent use, and need Redis or
// Valkey 6.2. The embedded server, the default, is driven through the same client
// and the same commands.
package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// Short timeouts let callers fail fast while Redis is away; they go on
	// without it and try again. Blocking reads wait for their block on top.
	dialTimeout  = time.Second
	readTimeout  = 3 * time.Second
	writeTimeout = 3 * time.Second

	// resp is the version of the protocol. Nothing here needs what version 3 adds.
	resp = 2
)

// Redis is a connection pool to Redis, Redis Cluster, or the embedded server.
type Redis struct {
	client     redis.UniversalClient
	embedded   *embedded // nil unless the server runs in this process
	cluster    bool
	redacted   string
	log        *slog.Logger
	changes    group
	deliveries group
	errors     errorCounter
}

// Open prepares the connection to the server at url: redis://, rediss:// (TLS)
// or unix://; several comma-separated addresses are the nodes of a Redis Cluster;
// empty is an embedded server in this process, whose data ends with it.
//
// A server that is away is no error, only a line in log: every method connects
// anew. The error is an [*AddressError] where url is malformed.
func Open(ctx context.Context, url string, log *slog.Logger) (*Redis, error) {
	libraryLog.Do(func() { redis.SetLogger(debugLog{log}) })
	r := &Redis{log: log}
	if err := r.connect(url); err != nil {
		return nil, err
	}
	r.client.AddHook(&r.errors)
	r.changes = group{client: r.client, key: ChangesKey(), log: log}
	r.deliveries = group{client: r.client, key: deliveriesKey(), log: log}
	if err := r.Ping(ctx); err != nil {
		log.WarnContext(ctx, "redis is away; starting without it", "redis", r.redacted, "error", err)
	}
	return r, nil
}

func (r *Redis) connect(url string) error {
	if url == "" {
		server, err := newEmbedded()
		if err != nil {
			return err
		}
		r.embedded, r.redacted = server, "embedded"
		r.client = redis.NewClient(server.options())
		return nil
	}
	target, err := parseAddress(url)
	if err != nil {
		return err
	}
	r.redacted = target.redacted
	if target.cluster != nil {
		r.cluster = true
		r.client = redis.NewClusterClient(target.cluster)
	} else {
		r.client = redis.NewClient(target.single)
	}
	return nil
}

// Close ends all connections, and the embedded server. Blocked reads return.
func (r *Redis) Close() error {
	err := r.client.Close()
	if r.embedded != nil {
		r.embedded.close()
	}
	if err != nil && !errors.Is(err, redis.ErrClosed) {
		return fmt.Errorf("close redis: %w", err)
	}
	return nil
}

// Ping reports whether Redis answers.
func (r *Redis) Ping(ctx context.Context) error {
	if err := r.client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("ping redis: %w", err)
	}
	return nil
}

// Redacted says where Redis is, for logs and the line of readiness: "embedded",
// or the URL without user, password and options.
func (r *Redis) Redacted() string { return r.redacted }

// libraryLog guards the one logger that the client library has for the process.
var libraryLog sync.Once

// debugLog passes on what the client library logs of its own accord, mostly
// about connections; what matters of it is also in the errors it returns.
type debugLog struct{ log *slog.Logger }

func (d debugLog) Printf(ctx context.Context, format string, args ...any) {
	if d.log.Enabled(ctx, slog.LevelDebug) {
		d.log.DebugContext(ctx, fmt.Sprintf(format, args...), "source", "go-redis")
	}
}
