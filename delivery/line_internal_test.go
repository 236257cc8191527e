package delivery

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crier/internal/market"
)

// waiter is a task of an event of a webhook, whose owner has the same number.
func waiter(event, webhook, attempts int64) task {
	return task{
		event:   &market.WebhookEvent{Base: market.Base{Num: event}, Attempts: attempts},
		webhook: &market.Webhook{Base: market.Base{Num: webhook}, SellerID: webhook, ConcurrentSendLimit: market.ConcurrentSendLimitMax},
	}
}

// lineModel is what a line should hold: who has a place, by webhook, and who waits.
type lineModel struct {
	*line
	placed  map[int64][]task
	waiting map[int64]bool
	last    int64
}

func (m *lineModel) fresh(t *rapid.T) task {
	m.last++
	k := waiter(m.last, rapid.Int64Range(1, 3).Draw(t, "webhook"), rapid.Int64Range(0, 1).Draw(t, "attempts"))
	k.webhook.ConcurrentSendLimit = 3
	return k
}

// place notes who got a place.
func (m *lineModel) place(tasks ...task) {
	for _, k := range tasks {
		k.placed = true
		m.placed[k.webhook.Num] = append(m.placed[k.webhook.Num], k)
	}
}

// leave notes who does not wait any more.
func (m *lineModel) leave(t *rapid.T, tasks []task) {
	for _, k := range tasks {
		if !m.waiting[k.event.Num] {
			t.Fatalf("event %d was called and does not wait", k.event.Num)
		}
		delete(m.waiting, k.event.Num)
	}
}

// pick takes somebody off a place.
func (m *lineModel) pick(t *rapid.T) task {
	num := rapid.Int64Range(1, 3).Draw(t, "webhook")
	if len(m.placed[num]) == 0 {
		t.Skip("nothing runs")
	}
	k := m.placed[num][0]
	m.placed[num] = m.placed[num][1:]
	return k
}

func (m *lineModel) check(t *rapid.T) {
	busy := 0
	for num, tasks := range m.placed {
		if busy += len(tasks); len(tasks) > 3 {
			t.Fatalf("webhook %d has %d places and may have 3 slots", num, len(tasks))
		}
	}
	if taken, waits := m.counts(); taken != busy || waits != len(m.waiting) {
		t.Fatalf("%d places and %d waiting are counted, want %d and %d", taken, waits, busy, len(m.waiting))
	}
	for num, q := range m.queues {
		if q.waiting() > 0 && q.busy == 0 {
			t.Fatalf("%d events of webhook %d wait for nobody", q.waiting(), num)
		}
	}
}

// Whoever waits in line is called while the process has an exchange of the webhook,
// and nobody is left when it has none; the counts are those of what is there.
func TestNobodyIsForgottenInLine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := &lineModel{line: newLine(64), placed: map[int64][]task{}, waiting: map[int64]bool{}}
		t.Repeat(map[string]func(*rapid.T){
			"admit": func(t *rapid.T) {
				if k := m.fresh(t); m.admit(k) {
					m.place(k)
				}
			},
			"join": func(t *rapid.T) {
				k := m.fresh(t)
				joined := m.join(k)
				if joined != (len(m.placed[k.webhook.Num]) > 0) {
					t.Fatalf("joined is %v while %d exchanges run", joined, len(m.placed[k.webhook.Num]))
				}
				if joined {
					m.waiting[k.event.Num] = true
				}
			},
			"refuse": func(t *rapid.T) {
				k := m.pick(t)
				m.waiting[k.event.Num] = true
				m.leave(t, m.answered(nil, []task{k}))
			},
			"withdraw": func(t *rapid.T) { m.leave(t, m.withdraw([]task{m.pick(t)})) },
			"end": func(t *rapid.T) {
				next, stranded := m.ended([]result{{task: m.pick(t)}})
				m.leave(t, next)
				m.leave(t, stranded)
				m.place(next...)
			},
			"": m.check,
		})
		m.leave(t, m.close())
		if k := m.fresh(t); len(m.waiting) > 0 || m.join(k) {
			t.Fatalf("after the end %v still wait, or somebody can join", m.waiting)
		}
	})
}

// Places that others leave free are taken by who waits for a place, and not by who
// waits for a slot that another process holds.
func TestFreePlacesAreTaken(t *testing.T) {
	t.Parallel()
	l := newLine(64) // 48 are shared out, an eighth of them to each webhook
	var ran []result
	for webhook := range int64(5) {
		for i := int64(0); ; i++ {
			k := waiter(100*webhook+i, webhook, 0)
			if k.placed = l.admit(k); !k.placed {
				break
			}
			ran = append(ran, result{task: k})
		}
	}
	before := l.queues[4].busy
	for i := range int64(10) {
		l.join(waiter(1000+i, 4, 0))
		l.join(waiter(2000+i, 3, 0))
	}
	var ofThree task
	for _, r := range ran {
		if r.task.webhook.Num == 3 {
			ofThree = r.task
		}
	}
	l.answered(nil, []task{ofThree})
	next, _ := l.ended(ran[:len(ran)/2])
	if len(next) == 0 || l.queues[4].busy <= before {
		t.Errorf("webhook 4 has %d places, had %d, though half are free", l.queues[4].busy, before)
	}
	for _, k := range next {
		if k.webhook.Num == 3 {
			t.Error("one that was refused a slot is called by the end of others' exchanges")
		}
	}
}

// One whom Redis gave no slot goes first when there is one.
func TestWhoIsRefusedComesNext(t *testing.T) {
	t.Parallel()
	l := newLine(inFlightLimit)
	var placed []task
	for i := range int64(4) {
		k := waiter(i, 1, 0)
		k.placed = l.admit(k)
		placed = append(placed, k)
	}
	l.join(waiter(4, 1, 0))
	if stranded := l.answered(placed[:2], placed[2:]); len(stranded) > 0 {
		t.Errorf("%v are stranded while others run", stranded)
	}
	next, _ := l.ended([]result{{task: placed[0]}})
	if len(next) != 2 || next[0].event.Num != 2 || next[1].event.Num != 3 {
		t.Errorf("%v come next, want one for the slot and one more, in their order", next)
	}
}

// Parked events come when half the line has gone, not twice at once, and as many as
// there are places free.
func TestLack(t *testing.T) {
	t.Parallel()
	start := time.Now()
	for _, c := range []struct {
		name                   string
		limit                  int64
		busy, waiting, planned int
		want                   int
	}{
		{"nothing runs: what the places allow", 50, 0, 0, 0, 50},
		{"few slots", 2, 0, 0, 0, 20},
		{"all slots used", 2, 2, 0, 0, 20},
		{"half a line", 2, 2, 10, 0, 10},
		{"more than half a line", 2, 2, 11, 0, 0},
		{"many slots", 100, 100, 50, 0, 350},
		{"others come too", 100, 100, 0, lineTotal - 800, 100},
		{"the lines are full, and places are free", 10, 4, 0, lineTotal, 6},
		{"the lines are full", 10, 10, 0, lineTotal, 0},
	} {
		l, w := newLine(inFlightLimit), waiter(0, 1, 0).webhook
		w.ConcurrentSendLimit = c.limit
		for i := range int64(c.busy) {
			k := waiter(i, 1, 0)
			l.admit(k)
		}
		for i := range int64(c.waiting) {
			l.join(waiter(1000+i, 1, 0))
		}
		if got := l.lack(w, c.planned, start); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
		if got := l.lack(w, c.planned, start.Add(askPause/2)); c.busy > 0 && got != 0 {
			t.Errorf("%s: %d more while the first are under way", c.name, got)
		}
	}
}

func TestTheLineIsBounded(t *testing.T) {
	t.Parallel()
	const webhooks = 2 * lineTotal / lineLimit
	l := newLine(4 * inFlightLimit)
	for webhook := range int64(webhooks) {
		for range market.ConcurrentSendLimitMax {
			if !l.admit(waiter(0, webhook, 0)) {
				t.Fatal("no place")
			}
		}
	}
	for i := range int64(lineLimit) {
		if !l.join(waiter(i, 1, 0)) {
			t.Fatalf("the line is full after %d", i)
		}
	}
	if l.join(waiter(1, 1, 0)) {
		t.Error("the line of a webhook has no end")
	}
	if l.join(waiter(1, 1_000_000, 0)) {
		t.Error("a webhook without an exchange has a line")
	}
	for i := range int64(2 * lineTotal) {
		l.join(waiter(i, i%webhooks, 0))
	}
	if _, waiting := l.counts(); waiting != lineTotal {
		t.Errorf("%d events wait, want %d", waiting, lineTotal)
	}
}

// A webhook with one exchange has a short line: what waits in a process that is
// killed comes late.
func TestFewSlotsHaveAShortLine(t *testing.T) {
	t.Parallel()
	l := newLine(inFlightLimit)
	l.admit(waiter(0, 1, 0))
	joined := 0
	for l.join(waiter(int64(joined), 1, 0)) {
		joined++
	}
	if joined != 2*lineLeast {
		t.Errorf("%d wait for one exchange, want %d", joined, 2*lineLeast)
	}
}

func TestTheLineIsBoundedInBytes(t *testing.T) {
	t.Parallel()
	l, big := newLine(inFlightLimit), make([]byte, 1<<20)
	joined := 0
	for webhook := range int64(20) {
		l.admit(waiter(0, webhook, 0))
		own := 0
		for i := range int64(10) {
			k := waiter(i, webhook, 0)
			k.payload = big
			if l.join(k) {
				own++
			}
		}
		joined += own
		if own > lineBytes>>20 {
			t.Errorf("%d MiB of one webhook wait", own)
		}
	}
	if joined != bytesTotal>>20 {
		t.Errorf("%d MiB wait in all, want %d", joined, bytesTotal>>20)
	}
}

// However many webhooks and owners take what they can get, there is room for the next.
func TestThereIsRoomForTheNext(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := newLine(inFlightLimit)
		hogs, attempts := rapid.Int64Range(1, 300).Draw(t, "hogs"), rapid.Int64Range(0, 1).Draw(t, "attempts")
		sameOwner := rapid.Bool().Draw(t, "same owner")
		for webhook := range hogs {
			k := waiter(0, webhook, attempts)
			if sameOwner {
				k.webhook.SellerID = 1
			}
			for got := 0; l.admit(k); got++ {
				if got > market.ConcurrentSendLimitMax && got > inFlightLimit/webhookShare {
					t.Fatal("one webhook takes more than its share")
				}
			}
		}
		taken, _ := l.counts()
		if attempts > 0 && taken > inFlightLimit/2 || sameOwner && taken > inFlightLimit/2 {
			t.Fatalf("retries, or one owner, have %d of %d places", taken, inFlightLimit)
		}
		if next := waiter(0, -1, 0); !l.admit(next) {
			t.Fatalf("%d hogs leave no room for the first attempt of another; %d places are taken", hogs, taken)
		}
	})
}

// One webhook gets as many places as it may have slots, where nobody else wants them.
func TestOneWebhookAloneGetsItsSlots(t *testing.T) {
	t.Parallel()
	l := newLine(inFlightLimit)
	for i := range int64(market.ConcurrentSendLimitMax) {
		if !l.admit(waiter(i, 1, 0)) {
			t.Fatalf("only %d places", i)
		}
	}
}

func TestFirstAttemptsGoFirst(t *testing.T) {
	t.Parallel()
	l := newLine(inFlightLimit)
	running := waiter(0, 1, 0)
	running.webhook.ConcurrentSendLimit = 1
	running.placed = l.admit(running)
	for i := range int64(8) {
		for _, k := range []task{waiter(100+i, 1, 1), waiter(i, 1, 0)} {
			k.webhook.ConcurrentSendLimit = 1
			l.join(k)
		}
	}
	var order []int64
	for range 8 {
		next, _ := l.ended([]result{{task: running}})
		if len(next) != 1 {
			t.Fatalf("%d are called to one slot", len(next))
		}
		running = next[0]
		order = append(order, running.event.Num)
	}
	if want := []int64{0, 1, 2, 100, 3, 4, 5, 101}; !slices.Equal(order, want) {
		t.Errorf("the order is %v, want three first attempts and one other by turns: %v", order, want)
	}
}
