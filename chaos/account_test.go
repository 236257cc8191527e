package chaos_test

import (
	"fmt"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

// account is what became of what was committed in a scenario.
type account struct {
	scenario string
	rounds   int
	// committed mutations. Some had no answer; those of them that were committed
	// nevertheless are resolved by a look at the database.
	committed, unanswered, resolved int
	// due are the deliveries that they cause, delivered those that a receiver accepted,
	// gathered those that were not made since a newer one stands for them.
	due, delivered, gathered int
	// retried are requests that followed one which was not accepted.
	retried int
	// inFlight is what was under way at the faults: requests of killed processes
	// that are not in the log, and what Redis knew to be in hand where it was the victim.
	inFlight int
	// duplicated are requests that followed one which was accepted, unlogged
	// those that the log does not know.
	duplicated, unlogged int
	// examples are some unlogged requests of processes that were not cut off.
	examples []string
	// lost are due and never came, invented came and were not due.
	lost, invented int
	// longest is the time from a change to its acceptance, settled that from the
	// end of the load to the end of the work, and round the mean of the rounds.
	longest, settled, round time.Duration
}

// check holds an account against what is promised.
func (a account) check(t *testing.T) {
	t.Helper()
	if a.committed == 0 || a.due == 0 {
		t.Errorf("nothing was committed: %+v", a)
	}
	if a.lost > 0 || a.invented > 0 || a.delivered+a.gathered != a.due {
		t.Errorf("of %d deliveries %d were made and %d gathered, %d are lost and %d invented", a.due, a.delivered, a.gathered, a.lost, a.invented)
	}
	if a.duplicated > a.inFlight || a.unlogged > a.inFlight {
		t.Errorf("%d duplicates and %d requests that are not in the log; %d deliveries were in flight at the faults\n%s",
			a.duplicated, a.unlogged, a.inFlight, strings.Join(a.examples, "\n"))
	}
	if *all && a.settled > promised {
		t.Errorf("settled after %s, promised within %s", a.settled, promised)
	}
}

// table shows the accounts in the order of the scenarios.
func (a *accounts) table() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 1, ' ', tabwriter.Debug)
	fmt.Fprintln(w, " scenario\t rounds\t committed\t unanswered\t resolved\t due\t delivered\t gathered\t retried\t in flight\t duplicated\t lost\t invented\t longest\t settled\t round")
	for i := range scenarios {
		if c, ran := a.byNo[i]; ran {
			fmt.Fprintf(w, " %s\t %d\t %d\t %d\t %d\t %d\t %d\t %d\t %d\t %d\t %d\t %d\t %d\t %s\t %s\t %s\n", c.scenario, c.rounds, c.committed, c.unanswered, c.resolved, c.due,
				c.delivered, c.gathered, c.retried, c.inFlight, c.duplicated, c.lost, c.invented, tenths(c.longest), tenths(c.settled), tenths(c.round))
		}
	}
	_ = w.Flush() // a strings.Builder takes everything
	return text.String()
}

// tenths rounds a time to what a table needs.
func tenths(d time.Duration) time.Duration { return d.Round(100 * time.Millisecond) }
