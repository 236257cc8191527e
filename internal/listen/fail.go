package listen

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
)

// fault is a failure that the receiver was told to show.
type fault struct {
	// status is what it answers; 0 with hang or drop.
	status     int
	hang, drop bool
	// first is how many attempts of each event fail; 0 is no bound.
	first int
	// share is how many of all requests fail, from 0 to 1.
	share float64
}

// faultForms are the texts of a fault.
const faultForms = "write a status, hang or drop, alone or with how often: 500, 503:3 (the first three attempts of each event), hang:10%, or 30% (of all requests, with 500)"

// parseFault reads a fault.
func parseFault(text string) (fault, error) {
	refused := fmt.Errorf("--fail is %q: %s", text, faultForms)
	what, often, limited := strings.Cut(text, ":")
	if !limited && strings.HasSuffix(text, "%") {
		what, often, limited = "500", text, true
	}
	f := fault{share: 1}
	switch status, err := strconv.Atoi(what); {
	case what == "hang":
		f.hang = true
	case what == "drop":
		f.drop = true
	case err != nil || status < 300 || status > 599:
		return fault{}, refused
	default:
		f.status = status
	}
	if !limited {
		return f, nil
	}
	number, share := strings.CutSuffix(often, "%")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || share && n > 100 {
		return fault{}, refused
	}
	if share {
		f.share = float64(n) / 100
	} else {
		f.first = n
	}
	return f, nil
}

// meets says whether an attempt fails so; draw is a random number from 0 to 1.
func (f fault) meets(attempt int, draw func() float64) bool {
	if f.first > 0 {
		return attempt <= f.first
	}
	return f.share >= 1 || draw() < f.share
}

// String names the fault in a line.
func (f fault) String() string {
	switch {
	case f.hang:
		return "hang"
	case f.drop:
		return "drop"
	}
	return strconv.Itoa(f.status)
}

// choose is the first fault that an attempt meets; nil where it meets none.
func choose(faults []fault, attempt int) *fault {
	for i, f := range faults {
		if f.meets(attempt, rand.Float64) {
			return &faults[i]
		}
	}
	return nil
}

// show fails as told. A hang ends when the sender gives up or the receiver stops.
func (f fault) show(w http.ResponseWriter, r *http.Request, retryAfter int, stopped <-chan struct{}) (status int) {
	switch {
	case f.hang:
		select {
		case <-r.Context().Done():
		case <-stopped:
		}
		hangUp(w)
	case f.drop:
		hangUp(w)
	default:
		if retryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
		}
		http.Error(w, "a failure that crier listen was told to show", f.status)
	}
	return f.status
}

// hangUp ends the connection without an answer.
func hangUp(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return // it has ended already
	}
	_ = connection.Close() // nobody is told anything, which is the point
}
