package stream_test

import (
	"log/slog"
	"testing"
	"time"

	"crier/internal/servicetest"
	"crier/internal/stream"
)

// BenchmarkDelivery takes batches of deliveries, each of its own webhook, through
// the queue and through their slots.
func BenchmarkDelivery(b *testing.B) {
	for name, url := range map[string]func() string{
		"embedded": func() string { return "" },
		"redis":    func() string { return servicetest.Redis(b) },
	} {
		b.Run(name, func(b *testing.B) {
			r, err := stream.Open(b.Context(), url(), slog.New(slog.DiscardHandler))
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = r.Close() }()
			const batch = 200
			events := upTo(batch)
			requests := make([]stream.SlotRequest, batch)
			slots := make([]stream.Slot, batch)
			for i, event := range events {
				requests[i] = stream.SlotRequest{Webhook: event, Event: event, Policy: stream.Policy{Limit: 100}}
				slots[i] = stream.Slot{Webhook: event, Event: event}
			}
			for b.Loop() {
				if _, err := r.Enqueue(b.Context(), events); err != nil {
					b.Fatal(err)
				}
				messages, err := r.ReadDeliveries(b.Context(), "a", batch, time.Second)
				if err != nil || len(messages) != batch {
					b.Fatal(len(messages), err)
				}
				if _, err := r.Acquire(b.Context(), requests, start, lease); err != nil {
					b.Fatal(err)
				}
				if err := r.Release(b.Context(), slots); err != nil {
					b.Fatal(err)
				}
				if err := r.Done(b.Context(), messages); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*batch), "µs/delivery")
		})
	}
}
