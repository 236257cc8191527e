package chaos_test

import (
	"math/rand/v2"
	"testing"
	"time"
)

const (
	// settleWithin bounds the wait for the end of all work; what is promised is
	// in promised.
	settleWithin = 4 * time.Minute
	// settleEach is after how many rounds of kills the work is waited for.
	settleEach = 50
	// lookEvery is how often the database is asked whether work waits.
	lookEvery = 100 * time.Millisecond
	// flowsWithin is how long requests can stay away after the process was killed
	// that was the relay: its lease has to end.
	flowsWithin = 20 * time.Second
	// promised is the time after the last fault within which everything is
	// delivered: that of a take-over and of a first retry (contract wire.md, Times).
	promised = 60*time.Second + 10*time.Second
)

// stage is one scenario with what it needs.
type stage struct {
	*testing.T
	scenario scenario
	place    place
	random   *rand.Rand
	receiver *receiver
	fleet    *fleet
	load     *load
	database database
	account  account
}

func newStage(t *testing.T, c scenario, random *rand.Rand) *stage {
	p := c.place(t)
	s := &stage{T: t, scenario: c, place: p, random: random, receiver: newReceiver(t), fleet: newFleet(t, p), account: account{scenario: c.name, examples: make([]string, 0, 5)}}
	s.load = newLoad(t, s.fleet, random)
	s.database = openDatabase(t, p.database)
	a := api{s.load.http, s.fleet.url(t.Context(), 0)}
	s.load.shop = open(t, a)
	for _, w := range webhooks {
		register(t, a, w, s.load.shop, s.receiver.server.URL)
	}
	s.load.start()
	return s
}

// rounds repeats a fault under load, and lets the work settle now and then.
func (s *stage) rounds(fault func()) {
	n := s.scenario.rounds
	if n == 0 {
		n = *rounds
	}
	for i := range n {
		began := time.Now()
		s.moment()
		fault()
		s.account.round += time.Since(began) / time.Duration(n)
		if s.account.rounds++; (i+1)%settleEach == 0 && i+1 < n {
			s.settle()
			s.load.start()
		}
	}
	s.wait(s.upTo(time.Second))
}

// moment waits for a random time, which ends, three times of four, amid
// something: a mutation, a request, or many requests.
func (s *stage) moment() {
	s.wait(s.upTo(time.Second))
	switch s.random.IntN(4) {
	case 1:
		s.listen(&s.load.asking, time.Second)
		s.wait(s.upTo(5 * time.Millisecond))
	case 2:
		s.listen(&s.receiver.arrived, time.Second)
	case 3:
		s.listen(&s.receiver.arrived, flowsWithin)
		s.wait(s.upTo(time.Second))
		s.listen(&s.receiver.arrived, time.Second)
	}
}

// listen waits until a bell rings, but not for longer than a time.
func (s *stage) listen(b *bell, longest time.Duration) {
	select {
	case <-b.next():
	case <-time.After(longest):
	}
}

// upTo is a random time.
func (s *stage) upTo(d time.Duration) time.Duration { return time.Duration(s.random.Int64N(int64(d))) }

// wait lets the load go on for a while.
func (s *stage) wait(d time.Duration) {
	select {
	case <-time.After(d):
	case <-s.Context().Done():
	}
}

// until looks again and again until done reports true, which has to be within a time.
func (s *stage) until(within time.Duration, what string, done func() bool) {
	s.Helper()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for deadline := time.Now().Add(within); !done(); <-look.C {
		if time.Now().After(deadline) {
			s.Fatalf("not within %s: %s", within, what)
		}
	}
}

// settle pauses the load and waits until nothing is left to do.
func (s *stage) settle() {
	s.Helper()
	s.load.pause()
	began, left := time.Now(), 0
	s.until(settleWithin, "everything is delivered", func() bool {
		var err error
		left, err = s.database.waiting(s.Context())
		return err == nil && left == 0
	})
	took := time.Since(began)
	s.account.settled = max(s.account.settled, took)
	s.Logf("%d rounds, %d mutations answered; settled in %s", s.account.rounds, s.load.answered.Load(), tenths(took))
}

// finish settles, ends the processes, and makes the account.
func (s *stage) finish() account {
	s.Helper()
	s.settle()
	for i := range s.fleet.nodes {
		s.fleet.stop(i, false)
	}
	s.reckon()
	s.account.check(s.T)
	return s.account
}
