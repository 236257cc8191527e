package delivery

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestPace has exchanges that end at once follow one another, and those that take long begin in bursts.
func TestPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began, p := time.Now(), make(pace, paceBurst)
		for range 10 * paceBurst {
			p.begin()()
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("quick exchanges waited for %s", took)
		}
		var ended []func()
		for range 3 * paceBurst {
			ended = append(ended, p.begin())
		}
		if took := time.Since(began); took != 2*paceYouth {
			t.Errorf("three bursts began within %s, want %s", took, 2*paceYouth)
		}
		time.Sleep(paceYouth)
		synctest.Wait()
		for _, end := range ended {
			end() // late: it is not young any more
		}
		if len(p) != 0 {
			t.Errorf("%d exchanges count as young after all have ended", len(p))
		}
	})
}
