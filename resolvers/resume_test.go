package resolvers_test

import (
	"errors"
	"fmt"
	"testing"

	"crier/internal/market"
	"crier/resolvers"
)

// ofPlaces is a subscription to taxons that shows nothing but where it is.
func ofPlaces(arguments string) string {
	return `subscription { taxonChanged` + arguments + ` { sequence } }`
}

// missed makes changes of a taxon that nobody hears.
func (l *live) missed(from, to int64) {
	for n := from; n <= to; n++ {
		l.wires.tell(changeOf(n, market.Update, "Taxon", 1))
	}
}

// comesBack asks for events behind the one that a client had last.
func (l *live) comesBack(key, query, last string) *streamed {
	l.t.Helper()
	return l.stream(with(with(with(post(asking(query, nil)), "Accept", "text/event-stream"), "Authorization", "Bearer "+key), "Last-Event-ID", last))
}

// follows expects places in a row, one an event, with their ids.
func (s *streamed) follows(from, to int64) {
	s.t.Helper()
	for n := from; n <= to; n++ {
		s.is(fmt.Sprintf(`next {"data":{"taxonChanged":{"sequence":%d}}}`, n))
		if s.id != fmt.Sprint(n) {
			s.t.Fatalf("the event of %d has the id %s", n, s.id)
		}
	}
}

// A subscriber that comes back is told of all that it missed, of much more than may
// wait, and goes on with what is new: each change once.
func TestResume(t *testing.T) {
	t.Parallel()
	l := newLive(t, func(o *resolvers.Options) { o.Live.Waiting = 3 })
	first := l.events("operator", ofPlaces(""), nil)
	l.began()
	l.missed(1, 2)
	first.follows(101, 102)
	first.cancel()
	l.ended()
	l.missed(3, 700)
	l.wires.tell(changeOf(701, market.Update, "Seller", 2)) // of another type
	again, socket := l.comesBack("seller", ofPlaces("(after: 7)"), first.id), l.talk("operator")
	socket.start("s", ofPlaces("(after: 798)"))
	again.follows(103, 650)
	l.missed(702, 704)
	again.follows(651, 800)
	again.follows(802, 804)
	for _, n := range []int{799, 800, 802, 803, 804} {
		socket.hears(fmt.Sprintf(`{"id":"s","type":"next","payload":{"data":{"taxonChanged":{"sequence":%d}}}}`, n))
	}
	l.began()
	l.began()
	l.missed(705, 706)
	again.follows(805, 806)
	socket.hears(`{"id":"s","type":"next","payload":{"data":{"taxonChanged":{"sequence":805}}}}`)
	again.cancel()
	l.ended()
}

// What comes in between the end of the log and the beginning of listening is in both, or in the log alone.
func TestResumeWhereItJoins(t *testing.T) {
	t.Parallel()
	l := newLive(t, nil)
	l.missed(1, 3)
	early, late := changeOf(4, market.Update, "Taxon", 1), changeOf(5, market.Update, "Taxon", 1)
	l.wires.mu.Lock()
	l.wires.between = func(hear func(market.Change)) {
		l.wires.log = append(l.wires.log, early, late)
		hear(late)
	}
	l.wires.mu.Unlock()
	s := l.events("operator", ofPlaces("(after: 102)"), nil)
	s.follows(103, 105)
	l.missed(6, 7)
	s.follows(106, 107)
}

func TestResumeOfASeller(t *testing.T) {
	t.Parallel()
	l := newLive(t, nil)
	for n := range int64(250) {
		l.wires.tell(changeOf(n+1, market.Update, "Seller", 2))
	}
	l.wires.tell(changeOf(251, market.Update, "Seller", 3))
	s := l.events("seller", `subscription { sellerChanged(after: 0, eventNames: [UPDATE]) { sequence } }`, nil)
	s.is(`next {"data":{"sellerChanged":{"sequence":351}}}`)
}

func TestResumeIsRefused(t *testing.T) {
	t.Parallel()
	l := newLive(t, nil)
	l.missed(1, 50)
	l.wires.mu.Lock()
	l.wires.log, l.wires.purged = l.wires.log[20:], 120
	l.wires.mu.Unlock()
	for _, c := range []struct{ arguments, last, want string }{
		{"(after: 119)", "", "changes behind the place 119 are not kept any more, only those behind 120"},
		{"(after: 0)", "", "changes behind the place 0 are not kept any more"},
		{"", "119", "changes behind the place 119 are not kept any more"},
		{"(after: 150)", "151", "the place 151 is in the future: the last change has 150"},
		{"(after: 151)", "", "the place 151 is in the future"},
		{"(after: -1)", "", "after is the sequence of a change, or 0 for the first: it cannot be -1"},
		{"", "QWR2ZXJ0LTc=", "Last-Event-ID is no id of an event of a subscription"},
		{"", "-1", "Last-Event-ID is no id of an event of a subscription"},
	} {
		s := l.comesBack("operator", ofPlaces(c.arguments), c.last)
		s.contains(`{"errors":[{"message":"` + c.want)
		s.is(completed)
		s.is("")
	}
	s := l.events("operator", ofPlaces("(after: 120)"), nil)
	s.follows(121, 150)
	l.began()
	if again := l.comesBack("operator", ofPlaces(""), "150"); again.next() != ":" {
		t.Error("the last place is refused")
	}
}

// A subscriber is so slow that what it missed is purged before it is told.
func TestResumeOfWhatIsPurgedMeanwhile(t *testing.T) {
	t.Parallel()
	l := newLive(t, nil)
	l.missed(1, 3*wirePage)
	entered, release := l.gate.hold()
	s := l.events("operator", `subscription { taxonChanged(after: 0) { sequence taxon { title } } }`, nil)
	wait(t, "it reads", entered)
	l.wires.mu.Lock()
	l.wires.log, l.wires.purged = l.wires.log[2*wirePage:], 100+2*wirePage
	l.wires.mu.Unlock()
	release()
	for range wirePage {
		s.contains(`"title":"Cups"`)
	}
	s.contains(`changes behind the place 200 are not kept any more`)
	s.is(completed)
}

func TestResumeWhileTheLogIsAway(t *testing.T) {
	t.Parallel()
	l := newLive(t, nil)
	l.missed(1, 1)
	l.wires.mu.Lock()
	l.wires.err = errors.New("the disk is away")
	l.wires.mu.Unlock()
	s := l.events("operator", ofPlaces("(after: 0)"), nil)
	s.contains(`"code":"INTERNAL"`)
	s.is(completed)
}
