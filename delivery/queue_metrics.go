package delivery

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"crier/internal/stream"
)

// measureWithin bounds what a scrape asks of Redis.
const measureWithin = 2 * time.Second

// queueMetrics are read from Redis at each scrape: lengths that it keeps, and the
// first entry of the queue. All processes on one Redis show the same.
var (
	queueUp       = prometheus.NewDesc("crier_redis_up", "Whether Redis answered this scrape: 1, else 0, and then what it holds is left out.", nil, nil)
	queueWaiting  = prometheus.NewDesc("crier_queue_waiting_events", "Events in the queue that no process has taken yet.", nil, nil)
	queueInFlight = prometheus.NewDesc("crier_queue_in_flight_events", "Events that processes have taken from the queue and not settled yet.", nil, nil)
	queueDelayed  = prometheus.NewDesc("crier_queue_delayed_events", "Events that are to be sent later, at a time that is set.", nil, nil)
	queueParked   = prometheus.NewDesc("crier_queue_parked_events", "Events that wait until their webhook can take them: for a slot, a rate or a breaker.", nil, nil)
	queueOldest   = prometheus.NewDesc("crier_queue_oldest_age_seconds", "Age of the oldest event that waits in the queue or is in flight, since it was queued, in seconds; 0 where there is none.", nil, nil)
	streamLength  = prometheus.NewDesc("crier_change_stream_entries", "Entries that the public stream of changes keeps, read or not.", nil, nil)
	redisErrors   = prometheus.NewDesc("crier_redis_errors_total", "Commands to Redis that failed in this process, and connections that could not be made.", nil, nil)
	redisPool     = prometheus.NewDesc("crier_redis_connections", "Connections to Redis by state: idle or used.", []string{"state"}, nil)
)

// queueCollector measures the queue.
type queueCollector struct {
	redis *stream.Redis
	log   *slog.Logger
}

// NewQueueCollector returns what shows the queue, and the connections to Redis, to Prometheus.
func NewQueueCollector(redis *stream.Redis, log *slog.Logger) prometheus.Collector {
	return queueCollector{redis, log}
}

// Describe names the metrics.
func (queueCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{queueUp, queueWaiting, queueInFlight, queueDelayed, queueParked, queueOldest, streamLength, redisErrors, redisPool} {
		out <- d
	}
}

// Collect asks Redis, in one round trip.
func (q queueCollector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), measureWithin)
	defer cancel()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	usage := q.redis.Usage()
	out <- prometheus.MustNewConstMetric(redisErrors, prometheus.CounterValue, float64(usage.Errors))
	gauge(redisPool, float64(usage.Idle), "idle")
	gauge(redisPool, float64(usage.Used), "used")
	depth, err := q.redis.Depth(ctx)
	if err != nil {
		q.log.DebugContext(ctx, "the queue is not measured", slog.Any("error", err))
		gauge(queueUp, 0)
		return
	}
	gauge(queueUp, 1)
	gauge(queueWaiting, float64(depth.Waiting))
	gauge(queueInFlight, float64(depth.InFlight))
	gauge(queueDelayed, float64(depth.Delayed))
	gauge(queueParked, float64(depth.Parked))
	gauge(streamLength, float64(depth.Changes))
	age := 0.0
	if !depth.Oldest.IsZero() {
		age = max(time.Since(depth.Oldest).Seconds(), 0) // the clock of Redis may be ahead
	}
	gauge(queueOldest, age)
}
