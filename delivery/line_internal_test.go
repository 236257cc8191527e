package delivery

import (
	"testing"

	"pgregory.net/rapid"

	"crier/internal/market"
)

// waiter is a task of an event of a webhook, whose owner has the same number.
func waiter(event, webhook, attempts int64) task {
	return task{
		event:   &market.WebhookEvent{Base: market.Base{Num: event}, Attempts: attempts},
		webhook: &market.Webhook{Base: market.Base{Num: webhook}, SellerID: webhook},
	}
}

// Whoever waits in line is called while the process holds a slot of the webhook,
// and nobody is left when it holds none; the counts are those of what is there.
func TestNobodyIsForgottenInLine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l, seated, waiting, next := newLine(64), map[int64][]task{}, map[int64]bool{}, int64(0)
		webhook := func() int64 { return rapid.Int64Range(1, 3).Draw(t, "webhook") }
		fresh := func(num int64) task {
			next++
			return waiter(next, num, rapid.Int64Range(0, 1).Draw(t, "attempts"))
		}
		called := func(tasks []task) {
			for _, k := range tasks {
				if !waiting[k.event.Num] {
					t.Fatalf("event %d was called and does not wait", k.event.Num)
				}
				delete(waiting, k.event.Num)
			}
		}
		pick := func(t *rapid.T) task {
			num := webhook()
			if len(seated[num]) == 0 {
				t.Skip("nothing runs")
			}
			k := seated[num][0]
			seated[num] = seated[num][1:]
			return k
		}
		t.Repeat(map[string]func(*rapid.T){
			"admit": func(*rapid.T) {
				k := fresh(webhook())
				if l.admit(k) {
					k.seated = true
					seated[k.webhook.Num] = append(seated[k.webhook.Num], k)
				}
			},
			"join": func(t *rapid.T) {
				k := fresh(webhook())
				joined := l.join(k)
				if joined != (len(seated[k.webhook.Num]) > 0) {
					t.Fatalf("joined is %v while %d exchanges run", joined, len(seated[k.webhook.Num]))
				}
				if joined {
					waiting[k.event.Num] = true
				}
			},
			"withdraw": func(t *rapid.T) { called(l.withdraw(pick(t))) },
			"end": func(t *rapid.T) {
				next, _ := l.ended([]result{{task: pick(t)}})
				called(next)
			},
			"": func(t *rapid.T) {
				busy := 0
				for _, tasks := range seated {
					busy += len(tasks)
				}
				if taken, waits := l.counts(); taken != busy || waits != len(waiting) {
					t.Fatalf("%d places and %d waiting are counted, want %d and %d", taken, waits, busy, len(waiting))
				}
				for num, q := range l.queues {
					if q.waiting() > 0 && q.busy == 0 {
						t.Fatalf("%d events of webhook %d wait for nobody", q.waiting(), num)
					}
				}
			},
		})
		called(l.close())
		if len(waiting) > 0 || l.join(fresh(1)) {
			t.Fatalf("after the end %v still wait, or somebody can join", waiting)
		}
	})
}

func TestTheLineIsBounded(t *testing.T) {
	t.Parallel()
	l := newLine(inFlightLimit)
	for webhook := range int64(2 * lineTotal / lineLimit) {
		if !l.admit(waiter(0, webhook, 0)) {
			t.Fatal("no place")
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
		l.join(waiter(i, i%(2*lineTotal/lineLimit), 0))
	}
	if _, waiting := l.counts(); waiting != lineTotal {
		t.Errorf("%d events wait, want %d", waiting, lineTotal)
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
	running.seated = true
	l.admit(running)
	for i := range int64(8) {
		l.join(waiter(100+i, 1, 1))
		l.join(waiter(i, 1, 0))
	}
	l.admit(waiter(-1, 1, 0)) // it stays busy
	var order []int64
	for range 8 {
		next, _ := l.ended([]result{{task: running}})
		for _, k := range next {
			order = append(order, k.event.Num)
		}
		l.admit(running)
	}
	first := 0
	for _, num := range order {
		if num < 100 {
			first++
		}
	}
	if len(order) != 8 || first != 6 || order[0] != 0 {
		t.Errorf("the order is %v, want three first attempts and one other by turns", order)
	}
}
