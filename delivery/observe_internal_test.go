package delivery

import (
	"io"
	"log/slog"
	"maps"
	"testing"
	"time"

	"crier/internal/market"
)

func TestHostOfShowsNothingElse(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://example.com/hooks?token=x": "example.com", "https://example.com:8443": "example.com:8443", "https://example.com?a=/b": "example.com",
		"https://user:pass@example.com/": "example.com", "http://[::1]:9000/a@b": "[::1]:9000", "": "",
	} {
		if got := hostOf(url); got != want {
			t.Errorf("hostOf(%s) = %s, want %s", url, got, want)
		}
	}
}

func TestTraceID(t *testing.T) {
	t.Parallel()
	for traceparent, want := range map[string]string{
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01": "4bf92f3577b34da6a3ce929d0e0e4736", "": "", "00-1": "",
	} {
		if got := traceID(traceparent); got != want {
			t.Errorf("traceID(%s) = %s, want %s", traceparent, got, want)
		}
	}
}

func TestTheLagCountsWhatWasDueAtOnce(t *testing.T) {
	t.Parallel()
	commit := time.Now()
	later := commit.Add(time.Minute)
	for name, test := range map[string]struct {
		event  market.WebhookEvent
		counts bool
	}{
		"first attempt": {market.WebhookEvent{NextAttemptAt: &commit}, true},
		"a retry":       {market.WebhookEvent{NextAttemptAt: &later, Attempts: 1}, false},
		"held before":   {market.WebhookEvent{NextAttemptAt: &later}, false},
	} {
		test.event.CreatedAt = commit
		lag, counts := firstLag(&test.event, commit.Add(2*time.Minute))
		if counts != test.counts || lag != 2*time.Minute {
			t.Errorf("%s: %s, %t", name, lag, counts)
		}
	}
}

// An attempt is counted without an allocation, whatever came of it.
func TestCountingAnAttemptAllocatesNothing(t *testing.T) {
	m := NewMetrics(nil)
	allocated := testing.AllocsPerRun(1000, func() {
		m.attempted(market.EventSent, 204, time.Millisecond, 100, 10)
		m.attempted(market.EventRejected, 0, time.Second, 100, 0)
		m.attempted(market.EventFailed, 999, time.Second, 100, 0)
		m.firstAttemptLag.Observe(0.004)
	})
	if allocated > 0 {
		t.Errorf("%v allocations", allocated)
	}
}

func TestEveryPartHasAName(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for p := range parts {
		names[p.String()] = true
	}
	if len(names) != int(parts) || names[""] {
		t.Errorf("the names are %v", names)
	}
}

func TestAPartThatHangsIsNamed(t *testing.T) {
	t.Parallel()
	var w Worker
	w.turned(partSend)
	w.turned(partSweep)
	w.ended(partSweep)
	now := time.Now()
	w.progress[partRelay].Store(now.Add(-80 * time.Second).UnixNano())
	want := map[string]string{"relay": "has not turned for 1m20s", "send": Working}
	if got := w.Progress(now); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func BenchmarkLogAnAttempt(b *testing.B) {
	commit := time.Now()
	for name, level := range map[string]slog.Level{"on": slog.LevelInfo, "off": slog.LevelWarn} {
		s := &sender{Worker: &Worker{Options: Options{Log: slog.New(slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{Level: level}))}}}
		a := made{task: task{event: &market.WebhookEvent{Base: market.Base{Num: 7, CreatedAt: commit}, SubjectType: "Advert", SubjectNum: 9},
			webhook: &market.Webhook{URL: "https://example.com/hooks", Type: "ADVERT"}}, began: commit, exchange: exchange{status: 200}}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.logAttempt(a, verdict{status: market.EventSent}, commit)
			}
		})
	}
}

func BenchmarkCountAnAttempt(b *testing.B) {
	m := NewMetrics(nil)
	for b.Loop() {
		m.attempted(market.EventSent, 204, time.Millisecond, 100, 10)
		m.firstAttemptLag.Observe(0.004)
	}
}
