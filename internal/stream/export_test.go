package stream

import "github.com/redis/go-redis/v9"

// Client gives tests the raw client, to play the part of other programs.
func Client(r *Redis) redis.UniversalClient { return r.client }

// Keys of the queue, for tests that damage it.
var (
	DeliveriesKey = deliveriesKey
	QueuedKey     = queuedKey
	DelayedKey    = delayedKey
	SlotKey       = slotKey
	ConditionKey  = conditionKey
	ParkedKey     = parkedKey
	ParkedLists   = parkedLists
)

// NewPipe is the connection to the embedded server.
var NewPipe = newPipe

// ScriptBatch is the most items of one call of a script.
const ScriptBatch = scriptBatch

// CircuitFailures is how many failures in a row open a circuit.
const CircuitFailures = circuitFailures

// ParseRedacted parses an address and returns what is shown of it.
func ParseRedacted(url string) (string, error) {
	target, err := parseAddress(url)
	return target.redacted, err
}

// Tailing reports whether a feed watches the public stream.
func Tailing(f *Feed) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tailing
}
