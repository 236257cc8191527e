package delivery

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"crier/internal/market"
)

// Metrics are what the roles of a process count and measure; docs/observability.md
// lists them. Every label is bound at the start, so that counting is an addition,
// and no label names a webhook, an owner or a URL.
type Metrics struct {
	relayBatches, relayChanges, relayEvents prometheus.Counter
	relayActive                             prometheus.Gauge
	relayLag, relayDuration                 prometheus.Observer

	executionsOK, executionsInvalid, executionsFailed prometheus.Counter
	executionDuration, fanoutLag                      prometheus.Observer
	queued                                            prometheus.Counter

	attempts          map[market.EventStatus]attemptMetrics
	firstAttemptLag   prometheus.Observer
	unattempted       map[market.EventStatus]prometheus.Counter
	interrupted       prometheus.Counter
	inFlight          prometheus.Gauge
	sent, received    prometheus.Counter
	promoted          prometheus.Counter
	reclaimedChanges  prometheus.Counter
	reclaimedEvents   prometheus.Counter
	sweptQueued       prometheus.Counter
	sweptRendered     prometheus.Counter
	purged            prometheus.Counter
	slotsInUse        prometheus.Gauge
	slotsWaiting      prometheus.Gauge
	deferredBySlot    prometheus.Counter
	deferredByRate    prometheus.Counter
	deferredByBreaker prometheus.Counter
	breakersOpen      prometheus.Gauge
	breakerOpenings   prometheus.Counter
	breakerProbes     prometheus.Counter
	failures          prometheus.Counter
}

// attemptMetrics are those of the attempts with one outcome.
type attemptMetrics struct {
	answers  [len(answers)]prometheus.Counter
	duration prometheus.Observer
}

// answers are the kinds of answers to an attempt; the first is that none came.
var answers = [...]string{"none", "1xx", "2xx", "3xx", "4xx", "5xx"}

// The upper bounds of the classic buckets, in seconds. A scrape that asks for
// native histograms gets those.
var (
	// lagBuckets reach from 1 ms to 1 h: from a quiet server to one that catches up.
	lagBuckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600}
	// workBuckets reach from 0.1 ms to the longest timeout of an exchange.
	workBuckets = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
)

// histogram describes a histogram in both forms.
func histogram(name, help string, buckets []float64) prometheus.HistogramOpts {
	return prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets,
		NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 160, NativeHistogramMinResetDuration: time.Hour}
}

// NewMetrics registers the metrics of delivery; nil registers them nowhere.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	to := promauto.With(registry)
	counter := func(name, help string) prometheus.Counter {
		return to.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	gauge := func(name, help string) prometheus.Gauge {
		return to.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	m := &Metrics{
		relayBatches:    counter("crier_relay_batches_total", "Batches of changes that the relay published."),
		relayChanges:    counter("crier_relay_changes_total", "Changes that the relay published."),
		relayEvents:     counter("crier_relay_events_total", "Events that the relay made of changes."),
		relayActive:     gauge("crier_relay_active", "Whether this process is the active relay: 1, else 0."),
		relayLag:        to.NewHistogram(histogram("crier_relay_lag_seconds", "Time from the commit of a change to its publication, in seconds.", lagBuckets)),
		relayDuration:   to.NewHistogram(histogram("crier_relay_batch_duration_seconds", "Time that the relay took to publish a batch of changes, in seconds.", workBuckets)),
		fanoutLag:       to.NewHistogram(histogram("crier_fanout_lag_seconds", "Time from the commit of a change to the end of an execution for it, in seconds.", lagBuckets)),
		queued:          counter("crier_fanout_events_total", "Events that fan-out put into the queue, with their payload frozen."),
		firstAttemptLag: to.NewHistogram(histogram("crier_delivery_lag_seconds", "Time from the commit of a change to the first attempt of an event that was due at once, in seconds.", lagBuckets)),
		interrupted:     counter("crier_delivery_interrupted_total", "Exchanges that the stop of this process cut off; they count as no attempt."),
		inFlight:        gauge("crier_delivery_in_flight", "Exchanges with receivers that are under way in this process."),
		sent:            counter("crier_delivery_sent_bytes_total", "Bytes of the bodies that were sent to receivers."),
		received:        counter("crier_delivery_received_bytes_total", "Bytes of the answers' bodies that were kept, after decompression."),
		promoted:        counter("crier_promoted_events_total", "Delayed events that were put back into the queue because their time had come."),
		purged:          counter("crier_sweep_purged_rows_total", "Rows that were deleted because they were older than the retention."),
		slotsInUse:      gauge("crier_slots_in_use", "Slots of webhooks that this process holds."),
		slotsWaiting:    gauge("crier_slots_waiting", "Events that wait in this process for a slot that it is about to free."),
		breakersOpen:    gauge("crier_breakers_open", "Webhooks whose breaker is open, as this process knows it."),
		breakerOpenings: counter("crier_breaker_openings_total", "Times that a breaker of a webhook opened in this process."),
		breakerProbes:   counter("crier_breaker_probes_total", "Attempts that this process made to see whether the receiver behind an open breaker is back."),
		failures:        counter("crier_delivery_failures_total", "Steps of the roles of delivery that failed, mostly because the database or Redis is away; they are repeated."),
	}
	m.bindExecutions(to)
	m.bindAttempts(to)
	m.bindWaits(to)
	return m
}

func (m *Metrics) bindExecutions(to promauto.Factory) {
	results := to.NewCounterVec(prometheus.CounterOpts{Name: "crier_executions_total",
		Help: "Executions of documents by result: ok, invalid (the document does not fit the schema any more) or failed."}, []string{"result"})
	m.executionsOK, m.executionsInvalid, m.executionsFailed = results.WithLabelValues("ok"), results.WithLabelValues("invalid"), results.WithLabelValues("failed")
	m.executionDuration = to.NewHistogram(histogram("crier_execution_duration_seconds", "Time that the execution of a document took, in seconds.", workBuckets))
}

func (m *Metrics) bindAttempts(to promauto.Factory) {
	counts := to.NewCounterVec(prometheus.CounterOpts{Name: "crier_delivery_attempts_total",
		Help: "Attempts by outcome (sent, rejected: it is tried again, failed: it is not) and by answer (2xx and so on; none where no answer came)."},
		[]string{"outcome", "answer"})
	durations := to.NewHistogramVec(histogram("crier_delivery_attempt_duration_seconds",
		"Time of an exchange with a receiver from the dial to the last byte, in seconds, by outcome.", workBuckets), []string{"outcome"})
	m.attempts = map[market.EventStatus]attemptMetrics{}
	for status, outcome := range map[market.EventStatus]string{market.EventSent: "sent", market.EventRejected: "rejected", market.EventFailed: "failed"} {
		a := attemptMetrics{duration: durations.WithLabelValues(outcome)}
		for i, answer := range answers {
			if (outcome == "sent") != (answer == "2xx") {
				continue // decide never says so
			}
			a.answers[i] = counts.WithLabelValues(outcome, answer)
		}
		m.attempts[status] = a
	}
	settled := to.NewCounterVec(prometheus.CounterOpts{Name: "crier_delivery_unattempted_total",
		Help: "Events that were settled without an attempt: held, since the webhook is not active; skipped, since the receiver has the same payload; poisoned, since every process that took it up broke off."}, []string{"status"})
	m.unattempted = map[market.EventStatus]prometheus.Counter{
		market.EventHeld: settled.WithLabelValues("held"), market.EventSkipped: settled.WithLabelValues("skipped"),
		market.EventFailed: settled.WithLabelValues("poisoned"),
	}
}

func (m *Metrics) bindWaits(to promauto.Factory) {
	deferred := to.NewCounterVec(prometheus.CounterOpts{Name: "crier_delivery_deferred_total",
		Help: "Deliveries that had to wait before their attempt, by what for: slot, rate or breaker."}, []string{"reason"})
	m.deferredBySlot, m.deferredByRate, m.deferredByBreaker = deferred.WithLabelValues("slot"), deferred.WithLabelValues("rate"), deferred.WithLabelValues("breaker")
	reclaimed := to.NewCounterVec(prometheus.CounterOpts{Name: "crier_reclaimed_total",
		Help: "Entries of the streams taken over from processes that were silent for longer than the lease, by stream: changes or deliveries."}, []string{"stream"})
	m.reclaimedChanges, m.reclaimedEvents = reclaimed.WithLabelValues("changes"), reclaimed.WithLabelValues("deliveries")
	swept := to.NewCounterVec(prometheus.CounterOpts{Name: "crier_sweep_found_total",
		Help: "What the sweep found due and lost: queued, events that Redis did not know; rendered, changes whose documents had not been executed."}, []string{"kind"})
	m.sweptQueued, m.sweptRendered = swept.WithLabelValues("queued"), swept.WithLabelValues("rendered")
}

// attempted counts one attempt.
func (m *Metrics) attempted(status market.EventStatus, code int, took time.Duration, sent, received int) {
	a := m.attempts[status]
	a.answers[min(code/100, len(answers)-1)].Inc()
	a.duration.Observe(took.Seconds())
	m.sent.Add(float64(sent))
	m.received.Add(float64(received))
}

// settled counts an event that was settled without an attempt.
func (m *Metrics) settled(o *market.Outcome) {
	if o.Attempt == nil {
		m.unattempted[o.Status].Inc()
	}
}

// published counts a batch of changes that is in the public stream now.
func (m *Metrics) published(changes []market.Change, began time.Time) {
	now := time.Now()
	m.relayBatches.Inc()
	m.relayChanges.Add(float64(len(changes)))
	m.relayDuration.Observe(now.Sub(began).Seconds())
	for i := range changes {
		m.relayLag.Observe(max(now.Sub(changes[i].At), 0).Seconds())
	}
}

// executed counts and traces an execution that has ended.
func (f *fanout) executed(x *execution, began time.Time) {
	now := time.Now()
	f.Metrics.executionDuration.Observe(now.Sub(began).Seconds())
	f.Metrics.fanoutLag.Observe(max(now.Sub(x.at), 0).Seconds())
	switch {
	case x.err == nil:
		f.Metrics.executionsOK.Inc()
	case errors.Is(x.err, errInvalid):
		f.Metrics.executionsInvalid.Inc()
	default:
		f.Metrics.executionsFailed.Inc()
	}
	f.traceExecution(x, began)
}
