package delivery

import (
	"math"
	"net/http"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crier/internal/market"
)

var now = time.Date(2031, 5, 6, 12, 0, 0, 0, time.UTC)

// answered is an exchange with an answer, and with a Retry-After unless that is "".
func answered(status int, retryAfter string) exchange {
	x := exchange{status: status, header: http.Header{}}
	if retryAfter != "" {
		x.header.Set("Retry-After", retryAfter)
	}
	return x
}

func TestDecide(t *testing.T) {
	t.Parallel()
	const first = 3750 * time.Millisecond // of 2.5 to 5 s, in the middle
	fresh := policy{maxRetries: 25, attempts: 1}
	rejected := func(wait time.Duration) verdict { return verdict{status: market.EventRejected, wait: wait} }
	failed := verdict{status: market.EventFailed}
	for name, test := range map[string]struct {
		x    exchange
		p    policy
		want verdict
	}{
		"200":                              {answered(200, ""), fresh, verdict{status: market.EventSent}},
		"204":                              {answered(204, ""), fresh, verdict{status: market.EventSent}},
		"299":                              {answered(299, ""), fresh, verdict{status: market.EventSent}},
		"200 on the last attempt":          {answered(200, ""), policy{maxRetries: 0, attempts: 1}, verdict{status: market.EventSent}},
		"200 after 30 days":                {answered(200, ""), policy{maxRetries: 25, attempts: 1, age: giveUpAfter + 1}, verdict{status: market.EventSent}},
		"199":                              {answered(199, ""), fresh, rejected(first)},
		"301":                              {answered(301, ""), fresh, rejected(first)},
		"304":                              {answered(304, ""), fresh, rejected(first)},
		"307":                              {answered(307, ""), fresh, rejected(first)},
		"400":                              {answered(400, ""), fresh, rejected(first)},
		"401":                              {answered(401, ""), fresh, rejected(first)},
		"404":                              {answered(404, ""), fresh, rejected(first)},
		"408":                              {answered(408, ""), fresh, rejected(first)},
		"410":                              {answered(410, ""), fresh, verdict{status: market.EventFailed, disable: "the receiver answered 410 Gone"}},
		"410 with Retry-After":             {answered(410, "10"), fresh, verdict{status: market.EventFailed, disable: "the receiver answered 410 Gone"}},
		"410 on the last attempt":          {answered(410, ""), policy{attempts: 1}, verdict{status: market.EventFailed, disable: "the receiver answered 410 Gone"}},
		"422":                              {answered(422, ""), fresh, rejected(first)},
		"429":                              {answered(429, ""), fresh, rejected(first)},
		"429, Retry-After seconds":         {answered(429, "60"), fresh, rejected(time.Minute)},
		"429, Retry-After below backoff":   {answered(429, "1"), fresh, rejected(first)},
		"429, Retry-After date":            {answered(429, "Tue, 06 May 2031 12:10:00 GMT"), fresh, rejected(10 * time.Minute)},
		"429, Retry-After past date":       {answered(429, "Tue, 06 May 2031 11:00:00 GMT"), fresh, rejected(first)},
		"429, Retry-After far date":        {answered(429, "Fri, 06 May 2050 11:00:00 GMT"), fresh, rejected(24 * time.Hour)},
		"429, Retry-After garbage":         {answered(429, "soon"), fresh, rejected(first)},
		"429, Retry-After fraction":        {answered(429, "1.5"), fresh, rejected(first)},
		"429, Retry-After huge":            {answered(429, "9223372036854775807"), fresh, rejected(24 * time.Hour)},
		"429, Retry-After beyond a number": {answered(429, "99999999999999999999"), fresh, rejected(first)},
		"429, Retry-After negative":        {answered(429, "-60"), fresh, rejected(first)},
		"500":                              {answered(500, ""), fresh, rejected(first)},
		"503 with Retry-After":             {answered(503, "120"), fresh, rejected(2 * time.Minute)},
		"599":                              {answered(599, ""), fresh, rejected(first)},
		"no answer":                        {exchange{failure: "timed out after 30s"}, fresh, rejected(first)},
		"the last retry but one":           {answered(500, "1000"), policy{maxRetries: 3, attempts: 3}, rejected(1000 * time.Second)},
		"retries used up":                  {answered(500, ""), policy{maxRetries: 3, attempts: 4}, failed},
		"no retries allowed":               {answered(500, ""), policy{maxRetries: 0, attempts: 1}, failed},
		"no answer, retries used up":       {exchange{failure: "the connection failed"}, policy{maxRetries: 3, attempts: 4}, failed},
		"just within 30 days":              {answered(500, ""), policy{maxRetries: 25, attempts: 1, age: giveUpAfter - first}, rejected(first)},
		"just beyond 30 days":              {answered(500, ""), policy{maxRetries: 25, attempts: 1, age: giveUpAfter - first + 1}, failed},
		"Retry-After beyond 30 days":       {answered(503, "86400"), policy{maxRetries: 25, attempts: 1, age: giveUpAfter - time.Hour}, failed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := decide(test.x, test.p, now, 0.5)
			if (got.message == "") != (got.status == market.EventSent) {
				t.Errorf("message of %s: %q", got.status, got.message)
			}
			if test.x.failure != "" && got.message != test.x.failure {
				t.Errorf("message = %q, want %q", got.message, test.x.failure)
			}
			got.message = ""
			if got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

// TestDecideAlways holds what is true of every verdict.
func TestDecideAlways(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		x := answered(rapid.IntRange(100, 599).Draw(r, "status"), rapid.SampledFrom([]string{"", "0", "30", "100000", "x"}).Draw(r, "after"))
		p := policy{
			maxRetries: rapid.Int64Range(0, market.MaxRetriesLimit).Draw(r, "maxRetries"), attempts: rapid.Int64Range(1, 60).Draw(r, "attempts"),
			age: time.Duration(rapid.Int64Range(0, int64(2*giveUpAfter)).Draw(r, "age")),
		}
		v := decide(x, p, now, rapid.Float64Range(0, 0.999).Draw(r, "random"))
		if (v.wait > 0) != (v.status == market.EventRejected) || v.wait < 0 {
			r.Fatalf("%s waits %v", v.status, v.wait)
		}
		if v.status == market.EventRejected && (p.attempts > p.maxRetries || p.age+v.wait > giveUpAfter) {
			r.Fatalf("%+v is retried in %v", p, v.wait)
		}
		if (v.disable != "") != (x.status == http.StatusGone) {
			r.Fatalf("%d disables: %q", x.status, v.disable)
		}
	})
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for _, test := range []struct {
		retry     int64
		low, high time.Duration
	}{
		{0, 2500 * time.Millisecond, 5 * time.Second}, {1, 2500 * time.Millisecond, 5 * time.Second}, {2, 5 * time.Second, 10 * time.Second},
		{5, 40 * time.Second, 80 * time.Second}, {10, 21 * time.Minute, 43 * time.Minute}, {17, 45 * time.Hour, 4 * day},
		{18, 2 * day, 4 * day}, {50, 2 * day, 4 * day}, {math.MaxInt64, 2 * day, 4 * day},
	} {
		if low, high := backoff(firstRetry, test.retry, 0), backoff(firstRetry, test.retry, 0.999999); low < test.low || high > test.high {
			t.Errorf("retry %d waits %v to %v, want within %v and %v", test.retry, low, high, test.low, test.high)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		n, random := rapid.Int64Range(1, 100).Draw(r, "retry"), rapid.Float64Range(0, 0.9999).Draw(r, "random")
		wait := backoff(firstRetry, n, random)
		if wait < firstRetry/2 || wait > longestWait || n == 1 && wait > 10*time.Second {
			r.Fatalf("retry %d waits %v", n, wait)
		}
		if backoff(firstRetry, n+1, random) < wait || wait > 0 && random > 0 && backoff(firstRetry, n, 0) > wait {
			r.Fatalf("retry %d waits %v, the next %v", n, wait, backoff(firstRetry, n+1, random))
		}
	})
}

// TestBackoffSpansWeeks is what the default of 25 retries comes to.
func TestBackoffSpansWeeks(t *testing.T) {
	t.Parallel()
	var all time.Duration
	for n := int64(1); n <= market.DefaultMaxRetries; n++ {
		all += backoff(firstRetry, n, 0.5)
	}
	if all < 20*24*time.Hour || all > giveUpAfter {
		t.Errorf("25 retries take %v", all)
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, text := range []string{"", "0", "120", "-1", "+5", " 7 ", "1e9", "99999999999999999999", "Tue, 06 May 2031 12:10:00 GMT", "Tuesday, 06-May-31 12:10:00 GMT", "soon"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if wait := retryAfter(answered(429, text).header, now); wait < 0 || wait > retryAfterCap {
			t.Errorf("%q waits %v", text, wait)
		}
	})
}

func TestRetryAfterMissing(t *testing.T) {
	t.Parallel()
	if wait := retryAfter(nil, now); wait != 0 {
		t.Errorf("no headers wait %v", wait)
	}
}
