package chaos_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"crier/internal/market"
)

// line is one webhook's view of one entity: what is due there is a list.
type line struct {
	webhook string // path
	subject market.Ref
}

// due is a delivery that a committed mutation causes. It shows at least a version,
// or that the item has gone meanwhile.
type due struct {
	action  string
	version int
	gone    bool // the item was withdrawn in the end
}

// shownBy reports whether a payload shows what is due.
func (d due) shownBy(e envelope) bool {
	node := e.Payload.Data.Node
	gone := d.gone && d.action != "destroy" && len(node.Variants.Nodes) == 0
	return e.EventName == d.action && (gone || node.version() >= d.version)
}

// reckon makes the account: what was committed, by the answers that clients got
// and where they got none by the database, against what the receiver heard.
func (s *stage) reckon() {
	s.Helper()
	wanted := s.wanted()
	events := s.database.events()
	got := map[line][]int64{}
	for num, h := range s.receiver.events {
		l := line{h.webhook, h.subject(s.T)}
		got[l] = append(got[l], num)
	}
	for num, e := range events {
		if e.newer != 0 {
			got[e.line] = append(got[e.line], num)
		}
	}
	for l, list := range wanted {
		s.account.due += len(list)
		s.compare(l, list, got[l], events)
		delete(got, l)
	}
	for l, list := range got {
		s.account.invented += len(list)
		s.Errorf("%s got %d deliveries about %s, which has none coming", l.webhook, len(list), l.subject)
	}
	unlogged := map[int]int{} // by start
	for num, h := range s.receiver.events {
		s.audit(num, h, events[num], unlogged)
		delete(events, num)
	}
	for num, e := range events {
		if e.newer != 0 {
			continue
		}
		s.Errorf("event %d has status %s and %d attempts, and the receiver knows nothing of it", num, e.status, e.attempts)
	}
	for start, n := range unlogged {
		s.account.unlogged += n
		if s.fleet.cut[start] {
			s.account.inFlight += n
			if n > slots() {
				s.Errorf("start %d had %d requests under way when it was killed; its webhooks allow %d", start, n, slots())
			}
		}
	}
}

// wanted is what is due by all that was committed, in the order of the commits.
func (s *stage) wanted() map[line][]due {
	s.Helper()
	kept, wanted := s.database.items(), map[line][]due{}
	for _, i := range s.load.items() {
		found, there := kept[i.tag]
		s.resolve(i, found, there)
		s.account.committed += len(i.done)
		if i.lost != nil {
			s.account.unanswered++
		}
		for n, m := range i.done {
			version := n + 1
			if m.name == withdraw.name {
				version = n // it shows what was there before
			}
			for _, e := range m.effects {
				for _, w := range webhooks {
					if w.wants(e, i.seller) {
						l := line{w.path, found.ref(e.kind)}
						wanted[l] = append(wanted[l], due{e.action, version, found.deleted})
					}
				}
			}
		}
		delete(kept, i.tag)
	}
	for tag := range kept {
		s.Errorf("%s is in the database and nobody offered it", tag)
	}
	return wanted
}

// ref names the item's entity of a type.
func (f stored) ref(kind string) market.Ref {
	if kind == advertType {
		return market.Ref{Type: kind, Num: f.advert}
	}
	return market.Ref{Type: kind, Num: f.variant}
}

// resolve finds out whether the mutation without an answer was committed, and
// holds the others against the database.
func (s *stage) resolve(i *item, found stored, there bool) {
	s.Helper()
	if i.lost != nil && there && (i.lost.name == withdraw.name && found.deleted || i.lost.name != withdraw.name && found.version == len(i.done)+1) {
		i.done = append(i.done, *i.lost)
		s.account.resolved++
	}
	version, deleted := len(i.done), false
	if version > 0 && i.done[version-1].name == withdraw.name {
		version, deleted = version-1, true
	}
	if there != (len(i.done) > 0) || found.version != version || found.deleted != deleted {
		s.Errorf("%s went through %d mutations that were answered, and is %+v in the database", i.tag, len(i.done), found)
	}
}

// compare holds what came for one webhook about one entity, in the order of the
// sequences, against what was due. What another delivery stands for must be told by that one.
func (s *stage) compare(l line, wanted []due, got []int64, events map[int64]*event) {
	s.Helper()
	if lost := len(wanted) - len(got); lost != 0 {
		s.account.lost += max(lost, 0)
		s.account.invented += max(-lost, 0)
		s.Errorf("%s should have %d deliveries about %s and got %d", l.webhook, len(wanted), l.subject, len(got))
		return
	}
	place := func(num int64) int64 {
		if h := s.receiver.events[num]; h != nil {
			return h.place(s.T)
		}
		return num // of an event that was not sent
	}
	slices.SortFunc(got, func(a, b int64) int { return cmp.Compare(place(a), place(b)) })
	told := map[int64]string{} // what an event has to tell for those that it stands for
	for n, num := range got {
		wanted[n].action = together(told[num], wanted[n].action)
		h := s.receiver.events[num]
		if e := events[num]; h == nil {
			if told[e.newer] = wanted[n].action; !slices.Contains(got[n+1:], e.newer) {
				s.account.lost++
				s.Errorf("event %d of %s about %s is stood for by %d, which is none", num, l.webhook, l.subject, e.newer)
			}
			s.account.gathered++
			continue
		}
		if !h.accepted() {
			s.account.lost++
			s.Errorf("event %d was never accepted: %d requests", num, len(h.requests))
			continue
		}
		s.account.delivered++
		if !wanted[n].shownBy(h.envelope(s.T)) {
			s.Errorf("delivery %d of %s about %s should be of %+v: %s", n, l.webhook, l.subject, wanted[n], h.body)
		}
	}
}

// together is what one delivery tells of two actions on an entity.
func together(former, newer string) string {
	switch {
	case former == "", former == newer, former == "update" && newer == "destroy":
		return newer
	case former == "create" && newer == "update":
		return former
	}
	return former + " and " + newer // which none can
}

// audit holds the attempt log of an event against the requests that the receiver
// got, and counts by start those that the log does not know.
func (s *stage) audit(num int64, h *heard, e *event, unlogged map[int]int) {
	s.Helper()
	if e == nil {
		s.Errorf("event %d is not in the database: %s", num, h.body)
		return
	}
	if e.status != string(market.EventSent) || e.attempts != len(e.log) || e.attempts == 0 {
		s.Errorf("event %d was heard %d times; its status is %s, its attempts %d, of which the log has %d", num, len(h.requests), e.status, e.attempts, len(e.log))
	}
	slices.SortFunc(h.requests, func(a, b *request) int { return a.at.Compare(b.at) })
	accepted := false
	for n, q := range h.requests {
		switch {
		case accepted:
			s.account.duplicated++
		case n > 0:
			s.account.retried++
		}
		if !accepted && q.accepted() {
			accepted = true
			s.account.longest = max(s.account.longest, q.at.Sub(e.changed))
		}
	}
	rest := slices.Clone(h.requests)
	for _, a := range e.log {
		at := slices.IndexFunc(rest, a.is)
		if at < 0 {
			s.Errorf("event %d has an attempt %+v in its log that the receiver did not get", num, a)
			continue
		}
		rest = slices.Delete(rest, at, at+1)
	}
	for _, q := range rest {
		unlogged[q.start]++
		if !s.fleet.cut[q.start] && len(s.account.examples) < cap(s.account.examples) {
			s.account.examples = append(s.account.examples, fmt.Sprintf("event %d of %s: heard %v, log %v", num, e.changed.Format(clock), h.requests, e.log))
		}
	}
}

// is reports whether an attempt in the log is a request that the receiver got.
func (a attempt) is(q *request) bool {
	const clocks = time.Millisecond // the same clock, read by two processes
	return !q.at.Before(a.began.Add(-clocks)) && !q.at.After(a.ended.Add(clocks)) && (a.status == q.status || a.status == 0)
}

// clock is how times are shown where something is wrong.
const clock = "15:04:05.000"

func (q *request) String() string {
	return fmt.Sprintf("%d from start %d at %s", q.status, q.start, q.at.UTC().Format(clock))
}

func (a attempt) String() string {
	return fmt.Sprintf("%d from %s to %s", a.status, a.began.Format(clock), a.ended.Format(clock))
}

func (q *request) accepted() bool { return q.status >= 200 && q.status < 300 }

// accepted reports whether the receiver answered a request with 2xx.
func (h *heard) accepted() bool { return slices.ContainsFunc(h.requests, (*request).accepted) }

// place is the sequence as a number.
func (h *heard) place(t *testing.T) int64 {
	t.Helper()
	n, err := strconv.ParseInt(h.sequence, 10, 64)
	if err != nil {
		t.Errorf("sequence: %v", err)
	}
	return n
}

// envelope is a request's body.
type envelope struct {
	EventName string `json:"event_name"`
	Payload   struct{ Data struct{ Node subject } }
}

// subject is what the documents of the webhooks select.
type subject struct {
	ID, Title   string
	CountOnHand int
	Advert      struct{ Title string }
	Variants    struct{ Nodes []struct{ CountOnHand int } }
}

// version is the number of the mutation that made what a payload shows.
func (s subject) version() int {
	_, own := readTitle(s.Title)
	_, advert := readTitle(s.Advert.Title)
	version := max(s.CountOnHand, own, advert)
	for _, v := range s.Variants.Nodes {
		version = max(version, v.CountOnHand)
	}
	return version
}

// readTitle reads the title of an item; an empty one has no version.
func readTitle(title string) (tag string, version int) {
	tag, digits, _ := strings.Cut(title, " v")
	version, _ = strconv.Atoi(digits)
	return tag, version
}

func (h *heard) envelope(t *testing.T) envelope {
	t.Helper()
	var e envelope
	if err := json.Unmarshal(h.body, &e); err != nil {
		t.Errorf("body %s: %v", h.body, err)
	}
	return e
}

// subject is the entity that the body is about.
func (h *heard) subject(t *testing.T) market.Ref {
	t.Helper()
	ref, err := market.ParseID(h.envelope(t).Payload.Data.Node.ID)
	if err != nil {
		t.Error(fmt.Errorf("body %s: %w", h.body, err))
	}
	return ref
}
