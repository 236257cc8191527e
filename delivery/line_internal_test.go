package delivery

import (
	"testing"

	"pgregory.net/rapid"

	"crier/internal/market"
)

// Whoever waits in line is called while the process holds a slot of the webhook,
// and nobody is left when it holds none.
func TestNobodyIsForgottenInLine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l, seated, waiting, next := newLine(), map[int64][]task{}, map[int64]bool{}, int64(0)
		webhook := func() int64 { return rapid.Int64Range(1, 3).Draw(t, "webhook") }
		fresh := func(num int64) task {
			next++
			return task{event: &market.WebhookEvent{Base: market.Base{Num: next}}, webhook: &market.Webhook{Base: market.Base{Num: num}}}
		}
		begin := func(k task) {
			k.seated = true
			l.began(k)
			seated[k.webhook.Num] = append(seated[k.webhook.Num], k)
		}
		t.Repeat(map[string]func(*rapid.T){
			"begin": func(*rapid.T) { begin(fresh(webhook())) },
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
			"end": func(t *rapid.T) {
				num := webhook()
				if len(seated[num]) == 0 {
					t.Skip("nothing runs")
				}
				k := seated[num][0]
				seated[num] = seated[num][1:]
				for _, called := range l.ended([]result{{task: k}}) {
					if !waiting[called.event.Num] {
						t.Fatalf("event %d was called and does not wait", called.event.Num)
					}
					delete(waiting, called.event.Num)
					begin(called)
				}
			},
			"": func(t *rapid.T) {
				for num, rest := range l.waiting {
					if len(rest) > 0 && l.busy[num] == 0 {
						t.Fatalf("%d events of webhook %d wait for nobody", len(rest), num)
					}
				}
			},
		})
		for _, k := range l.close() {
			delete(waiting, k.event.Num)
		}
		if len(waiting) > 0 || l.join(fresh(1)) {
			t.Fatalf("after the end %v still wait, or somebody can join", waiting)
		}
	})
}

func TestTheLineIsBounded(t *testing.T) {
	t.Parallel()
	l, w := newLine(), &market.Webhook{Base: market.Base{Num: 1}}
	l.began(task{webhook: w})
	for i := range lineLimit {
		if !l.join(task{webhook: w}) {
			t.Fatalf("the line is full after %d", i)
		}
	}
	if l.join(task{webhook: w}) {
		t.Error("the line has no end")
	}
	if l.join(task{webhook: &market.Webhook{Base: market.Base{Num: 2}}}) {
		t.Error("a webhook without an exchange has a line")
	}
}
