package stream

import (
	"context"
	_ "embed" // the scripts are files, so that editors know them as Lua
	"fmt"

	"github.com/redis/go-redis/v9"
)

// Each script is one transition of state, atomic in Redis; the head of its file
// is its contract. Those of slots share condition.lua.
var (
	//go:embed scripts/enqueue.lua
	enqueueSource string
	//go:embed scripts/delay.lua
	delaySource string
	//go:embed scripts/promote.lua
	promoteSource string
	//go:embed scripts/done.lua
	doneSource string
	//go:embed scripts/postpone.lua
	postponeSource string
	//go:embed scripts/reconcile.lua
	reconcileSource string
	//go:embed scripts/reclaim.lua
	reclaimSource string
	//go:embed scripts/heartbeat.lua
	heartbeatSource string
	//go:embed scripts/forget.lua
	forgetSource string
	//go:embed scripts/trim.lua
	trimSource string
	//go:embed scripts/condition.lua
	conditionSource string
	//go:embed scripts/acquire.lua
	acquireSource string
	//go:embed scripts/settle.lua
	settleSource string
	//go:embed scripts/room.lua
	roomSource string
	//go:embed scripts/park.lua
	parkSource string
	//go:embed scripts/unpark.lua
	unparkSource string
	//go:embed scripts/looks.lua
	looksSource string
	//go:embed scripts/parked.lua
	parkedSource string
	//go:embed scripts/lease.lua
	leaseSource string
	//go:embed scripts/release_lease.lua
	releaseLeaseSource string

	enqueueScript      = redis.NewScript(enqueueSource)
	delayScript        = redis.NewScript(delaySource)
	promoteScript      = redis.NewScript(promoteSource)
	doneScript         = redis.NewScript(doneSource)
	postponeScript     = redis.NewScript(postponeSource)
	reconcileScript    = redis.NewScript(reconcileSource)
	reclaimScript      = redis.NewScript(reclaimSource)
	heartbeatScript    = redis.NewScript(heartbeatSource)
	forgetScript       = redis.NewScript(forgetSource)
	trimScript         = redis.NewScript(trimSource)
	acquireScript      = redis.NewScript(conditionSource + acquireSource)
	settleScript       = redis.NewScript(conditionSource + settleSource)
	roomScript         = redis.NewScript(conditionSource + roomSource)
	parkScript         = redis.NewScript(parkSource)
	unparkScript       = redis.NewScript(unparkSource)
	looksScript        = redis.NewScript(looksSource)
	parkedScript       = redis.NewScript(parkedSource)
	leaseScript        = redis.NewScript(leaseSource)
	releaseLeaseScript = redis.NewScript(releaseLeaseSource)
)

// scriptBatch is the most items that one call of a script handles. It keeps a
// call short, since Redis does nothing else meanwhile, and its arguments within
// what Lua can unpack.
const scriptBatch = 500

// call is one call of a script.
type call struct {
	keys []string
	args []any
}

// runAll makes all calls of a script in one round trip, in two where a server
// does not know the script yet: a pipeline cannot fall back by itself. The first
// error is returned; the other calls may have been made.
func runAll(ctx context.Context, client redis.UniversalClient, script *redis.Script, calls []call) ([]*redis.Cmd, error) {
	replies := make([]*redis.Cmd, len(calls))
	pipe := client.Pipeline()
	for i, c := range calls {
		replies[i] = script.EvalSha(ctx, pipe, c.keys, c.args...)
	}
	_, err := pipe.Exec(ctx)
	if err == nil {
		return replies, nil
	}
	again := client.Pipeline()
	for i, reply := range replies {
		if redis.HasErrorPrefix(reply.Err(), "NOSCRIPT") {
			replies[i] = script.Eval(ctx, again, calls[i].keys, calls[i].args...)
		}
	}
	if again.Len() > 0 {
		if _, err := again.Exec(ctx); err != nil {
			return nil, fmt.Errorf("load script: %w", err)
		}
	}
	for _, reply := range replies {
		if reply.Err() != nil {
			return nil, reply.Err()
		}
	}
	return replies, nil
}
