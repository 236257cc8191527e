package stream_test

import (
	"context"
	"iter"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"crier/internal/servicetest"
	"crier/internal/stream"
)

func TestMain(m *testing.M) { os.Exit(servicetest.Run(m)) }

// never is the block of reads that do not wait.
const never = 0

// backend is one kind of server, private to a test.
type backend struct {
	*stream.Redis
	client redis.UniversalClient // what another program would do
}

// onEach runs a test against the embedded server, a real one, and a real cluster,
// which refuses scripts that touch more than one slot.
func onEach(t *testing.T, test func(t *testing.T, b backend)) {
	t.Helper()
	for name, url := range map[string]func(*testing.T) string{
		"embedded": func(*testing.T) string { return "" },
		"redis":    func(t *testing.T) string { return servicetest.Redis(t) },
		"cluster":  func(t *testing.T) string { return servicetest.RedisCluster(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t, url(t)))
		})
	}
}

func open(t *testing.T, url string) backend {
	t.Helper()
	return openLogged(t, url, slog.New(slog.DiscardHandler))
}

func openLogged(t *testing.T, url string, log *slog.Logger) backend {
	t.Helper()
	r, err := stream.Open(t.Context(), url, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return backend{Redis: r, client: stream.Client(r)}
}

// eventually waits until condition holds.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(20 * time.Second); !condition(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

// flush empties the server, or every node of a cluster, as somebody could at any
// time.
func (b backend) flush(t rapid.TB) {
	t.Helper()
	empty := func(ctx context.Context, server *redis.Client) error { return server.FlushAll(ctx).Err() }
	var err error
	switch client := b.client.(type) {
	case *redis.ClusterClient:
		err = client.ForEachMaster(context.Background(), empty)
	case *redis.Client:
		err = empty(context.Background(), client)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// lines cuts text into lines without their ends.
func lines(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.Lines(text) {
			if !yield(strings.TrimRight(line, "\r\n")) {
				return
			}
		}
	}
}
