package stream

import "strconv"

// Every key of Crier begins with the same prefix, and what a script touches in
// one call shares a hash tag, the part in braces, so that Redis Cluster keeps it
// in one slot.

const (
	// consumerGroup is the name of Crier's own consumer group, on both streams.
	consumerGroup = "crier"
	// eventField is the one field of an entry of the queue: the event's number.
	eventField = "e"
	// byField is who queued it; see [DeliveryMessage].
	byField = "b"
	// parkedName and parkedAgain are parts of the names of lists.
	parkedName  = "crier:{deliveries}:parked"
	parkedAgain = ":again"
)

// ChangesKey is the key of the public stream of committed changes, which any
// program may read with a consumer group of its own (contract/wire.md, "The
// change stream").
func ChangesKey() string { return "crier:{changes}" }

// deliveriesKey is the stream of events to be sent now, or being sent.
func deliveriesKey() string { return "crier:{deliveries}" }

// queuedKey is the set of the events that the queue holds, be it in the stream
// or in the delayed set.
func queuedKey() string { return "crier:{deliveries}:queued" }

// delayedKey is the sorted set of events by the time they are due, in Unix
// milliseconds.
func delayedKey() string { return "crier:{deliveries}:delayed" }

// slotKey is the sorted set of the slots of a webhook that are taken: events by
// the time their lease ends, in Unix milliseconds.
func slotKey(webhook int64) string { return "crier:{slot:" + strconv.FormatInt(webhook, 10) + "}" }

// conditionKey is what is known of the endpoint of a webhook that is not simply
// well: see scripts/condition.lua.
func conditionKey(webhook int64) string { return slotKey(webhook) + ":condition" }

// parkedKey is the sorted set of the webhooks whose events wait, by when to look
// at them, in Unix milliseconds.
func parkedKey() string { return parkedName }

// parkedLists are the lists of a webhook's events that wait: those that had no
// attempt so far, and those that had.
func parkedLists(webhook int64) (fresh, again string) {
	fresh = parkedName + ":" + strconv.FormatInt(webhook, 10)
	return fresh, fresh + parkedAgain
}

// leaseKey is the hash of a role's present holder and the end of its lease.
func leaseKey(name string) string { return "crier:{lease:" + name + "}" }

// rateKey counts the requests of one client; the library puts "rate:" before it.
func rateKey(who string) string { return "crier:{" + who + "}" }
