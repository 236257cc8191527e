package chaos_test

import (
	"strings"
	"time"
)

// kills ends one process, or all, at a random moment, lets the others go on
// alone for a while, and starts it again.
func kills(s *stage) {
	s.rounds(func() {
		victims := []int{s.random.IntN(len(s.fleet.nodes))}
		if s.random.IntN(4) == 0 {
			victims = s.random.Perm(len(s.fleet.nodes))
		}
		for _, i := range victims {
			s.fleet.kill(i)
		}
		s.wait(s.upTo(300 * time.Millisecond))
		for _, i := range victims {
			s.fleet.start(i)
		}
	})
}

// flushes empties Redis.
func flushes(s *stage) {
	s.rounds(func() { s.account.inFlight += s.place.flush(s.T) })
}

// redisRestarts kills Redis, which comes back with what it has on disk.
func redisRestarts(s *stage) {
	s.rounds(func() {
		s.stopRedis()
		s.wait(s.upTo(time.Second))
		s.place.redis.Start()
	})
}

// nodeRestarts kills one node of a cluster after the other, each of which comes
// back with nothing of its part of the keys.
func nodeRestarts(s *stage) {
	next := s.random.IntN(len(s.place.cluster.Nodes))
	s.rounds(func() {
		node := s.place.cluster.Nodes[next%len(s.place.cluster.Nodes)]
		next++
		node.CLI("CLIENT", "PAUSE", "10000", "WRITE")
		s.account.inFlight += s.place.inHand(s.T, 0)
		node.Stop()
		s.wait(s.upTo(time.Second))
		node.Start()
		s.place.cluster.Await()
	})
}

// stopRedis kills Redis. It hands nothing out between the count of what is in
// hand and its end.
func (s *stage) stopRedis() {
	s.place.redis.CLI("CLIENT", "PAUSE", "10000", "WRITE")
	s.account.inFlight += s.place.inHand(s.T, 0)
	s.place.redis.Stop()
}

// redisOutage takes Redis away for long enough that everything that counts on it
// has given up once. Mutations go on meanwhile.
func redisOutage(s *stage) {
	const outage = 30 * time.Second
	s.rounds(func() {
		s.stopRedis()
		before := s.load.answered.Load()
		s.wait(outage)
		if s.load.unanswered.Load() > 0 || s.load.answered.Load() == before {
			s.Errorf("while Redis is away %d mutations were not answered, and %d were", s.load.unanswered.Load(), s.load.answered.Load()-before)
		}
		s.place.redis.Start()
	})
}

// redisDiskFull lets Redis find its disk full: it serves reads and refuses writes.
func redisDiskFull(s *stage) {
	const full = 10 * time.Second
	s.rounds(func() {
		s.place.redis.FillDisk()
		s.until(full, "Redis refuses to write", func() bool {
			return strings.HasPrefix(s.place.redis.CLI("SET", "canary", "x"), "MISCONF")
		})
		s.wait(full)
		s.account.inFlight += s.place.inHand(s.T, 0)
		s.place.redis.FreeDisk()
	})
}

// postgresRestarts kills PostgreSQL. Mutations fail while it is away.
func postgresRestarts(s *stage) {
	s.rounds(func() {
		s.place.postgres.Stop()
		s.wait(s.upTo(2 * time.Second))
		s.place.postgres.Start()
	})
}

// paused halts the process that is the relay, amid its transaction and with
// deliveries in hand, until others have taken over both, and lets it go on then,
// as if nothing had been.
func paused(s *stage) {
	const takeOver = 60 * time.Second // contract wire.md, Times
	s.rounds(func() {
		victim := s.haltRelay()
		pid, since := s.fleet.nodes[victim].server.Pid, time.Now()
		s.account.inFlight += s.place.inHand(s.T, pid)
		s.until(takeOver, "others do the work of the halted process", func() bool {
			return s.place.inHand(s.T, pid) == 0 && s.database.relayedSince(since)
		})
		s.fleet.resume(victim)
	})
}

// haltRelay halts one process after the other until it is the relay's amid its
// work, and returns its number.
func (s *stage) haltRelay() (victim int) {
	s.until(time.Minute, "a process is the relay and has deliveries in hand", func() bool {
		s.wait(s.upTo(100 * time.Millisecond)) // it works
		victim = s.random.IntN(len(s.fleet.nodes))
		s.fleet.pause(victim)
		s.wait(50 * time.Millisecond) // the others' transactions end
		if s.database.relayHalted() && s.place.inHand(s.T, s.fleet.nodes[victim].server.Pid) > 0 {
			return true
		}
		s.fleet.resume(victim)
		return false
	})
	return victim
}

// rolling ends one process after the other in order, and starts it again.
func rolling(s *stage) { s.roll(false) }

// rollingWithoutGrace is rolling where what is in flight is cut off.
func rollingWithoutGrace(s *stage) { s.roll(true) }

func (s *stage) roll(cut bool) {
	s.rounds(func() {
		for i := range s.fleet.nodes {
			s.fleet.stop(i, cut)
			s.fleet.start(i)
			s.moment()
		}
	})
}
