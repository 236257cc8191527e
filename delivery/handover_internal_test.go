package delivery

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"crier/internal/market"
)

func TestWhatIsHandedOverIsTakenOnce(t *testing.T) {
	t.Parallel()
	var h handover
	due := time.Now()
	events := []market.WebhookEvent{{Base: market.Base{Num: 5}, ChangeID: 1, NextAttemptAt: &due}, {Base: market.Base{Num: 6}, ChangeID: 1}}
	h.caused([]market.Change{{Num: 1}, {Num: 2}}, events)
	got, unknown := h.causedBy([]int64{1, 2, 3})
	if len(got) != 2 || got[0].Num != 5 || !slices.Equal(unknown, []int64{3}) {
		t.Errorf("the events are %v, and unknown are %v", got, unknown)
	}
	if got, unknown = h.causedBy([]int64{1, 2}); len(got) != 0 || len(unknown) != 2 {
		t.Errorf("once more: %v, and unknown are %v", got, unknown)
	}
	h.rendered([]*market.WebhookEvent{&events[0], &events[1]}, []byte("{}"))
	if d, known := h.delivery(5); !known || string(d.Payload) != "{}" || d.Event.Num != 5 {
		t.Errorf("the delivery is %v, %t", d, known)
	}
	if _, known := h.delivery(5); known {
		t.Error("a delivery is taken twice")
	}
	if _, known := h.delivery(6); known {
		t.Error("a held event is handed over, which may change before it is due")
	}
}

func TestWhatIsHandedOverAges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h handover
		at := func(num int64) bool {
			_, unknown := h.causedBy([]int64{num})
			return len(unknown) == 0
		}
		h.caused([]market.Change{{Num: 1}, {Num: 2}}, nil)
		time.Sleep(handoverFor + 1)
		h.caused([]market.Change{{Num: 3}}, nil)
		if !at(1) {
			t.Error("it is gone too early")
		}
		time.Sleep(handoverFor + 1)
		h.caused(nil, nil)
		if at(2) || !at(3) {
			t.Error("the old is kept, or the young is not")
		}
	})
}

func TestHandoverIsBounded(t *testing.T) {
	t.Parallel()
	var h handover
	due := time.Now()
	for n := range int64(2 * handoverEvents) {
		h.caused([]market.Change{{Num: n}}, nil)
	}
	if got := len(h.young.events) + len(h.old.events); got != handoverEvents {
		t.Errorf("%d changes are kept, want %d", got, handoverEvents)
	}
	h = handover{}
	body := make([]byte, handoverBytes/2)
	for n := range int64(5) {
		h.rendered([]*market.WebhookEvent{{Base: market.Base{Num: n}, NextAttemptAt: &due}}, body)
	}
	if got := len(h.young.deliveries); got != 2 {
		t.Errorf("%d payloads are kept, want 2", got)
	}
}
