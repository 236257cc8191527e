package main_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"

	"crier/internal/servicetest"
)

// TestTwoProcessesOnARedisCluster takes changes through everything that Redis has a
// part in, on a cluster of three nodes: streams, slots, retries, a group of another
// program, and the loss of all nodes' data.
func TestTwoProcessesOnARedisCluster(t *testing.T) {
	t.Parallel()
	cluster := servicetest.StartRedisCluster(t)
	p := production(t, nil).with("CRIER_REDIS_URL=" + cluster.URL)
	one, two := serve(t, p), serve(t, p)
	c := &onCluster{t: t, cluster: cluster, one: one, two: two, shop: one.open()}
	t.Run("slots", c.sharesSlots)
	t.Run("retries", c.retries)
	t.Run("another program", c.isRead)
	t.Run("emptied", c.emptied)
	one.stop()
	two.stop()
}

// onCluster is two processes.
type onCluster struct {
	t        *testing.T
	cluster  *servicetest.RedisClusterServers
	one, two *process
	shop     shop
	adverts  []string
}

// advertise offers adverts, through each process in turn.
func (c *onCluster) advertise(n int) {
	c.t.Helper()
	for i := range n {
		s := c.one
		if i%2 == 1 {
			s = c.two
		}
		advert, _ := s.advertise(c.shop, fmt.Sprint("Dish ", len(c.adverts)))
		c.adverts = append(c.adverts, advert)
	}
}

// sharesSlots has a webhook with two slots, which all processes share.
func (c *onCluster) sharesSlots(t *testing.T) {
	const slots, events = 2, 8
	var busy, most atomic.Int64
	gate := make(chan struct{})
	open := sync.OnceFunc(func() { close(gate) })
	r := receive(t, func(w http.ResponseWriter, _ arrival) {
		n := busy.Add(1)
		for seen := most.Load(); n > seen && !most.CompareAndSwap(seen, n); seen = most.Load() {
		}
		<-gate
		busy.Add(-1)
		w.WriteHeader(http.StatusNoContent)
	})
	t.Cleanup(open) // before the receiver closes
	_, secret := c.one.register("ADVERT", r.server.URL, advertDocument, object{"eventName": "CREATE", "concurrentSendLimit": slots})
	c.advertise(events)
	came := map[string]bool{}
	for len(came) < events {
		a := r.next()
		a.verify(t, secret)
		if came[a.subject(t)] = true; len(came) == slots {
			open() // all slots were taken at once
		}
	}
	if most.Load() != slots {
		t.Errorf("%d requests at a time, want %d", most.Load(), slots)
	}
}

// retries has a receiver refuse the first request of each event.
func (c *onCluster) retries(t *testing.T) {
	const events = 3
	first := map[string]arrival{} // by webhook-id
	refused := make(chan bool, 2*events)
	for range events {
		refused <- true
	}
	close(refused)
	r := receive(t, func(w http.ResponseWriter, _ arrival) {
		if <-refused {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	_, secret := c.two.register("ADVERT", r.server.URL, advertDocument, object{"eventName": "CREATE"})
	c.advertise(events)
	for range 2 * events {
		a := r.next()
		a.verify(t, secret)
		id := a.header.Get("webhook-id")
		if before, again := first[id]; again && !bytes.Equal(before.body, a.body) {
			t.Errorf("a retry differs:\n%s\n%s", before.body, a.body)
		}
		first[id] = a
	}
	if len(first) != events {
		t.Errorf("%d events had %d requests", len(first), 2*events)
	}
	for id := range first {
		c.one.settled(id, "Sent")
	}
}

// isRead has another program read the public stream with a group of its own.
func (c *onCluster) isRead(t *testing.T) {
	if answer := c.cluster.CLI("XGROUP", "CREATE", "crier:{changes}", "warehouse", "0"); !strings.HasSuffix(answer, "OK") {
		t.Fatalf("XGROUP CREATE: %s", answer)
	}
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: strings.Split(strings.TrimPrefix(c.cluster.URL, "redis://"), ",")})
	t.Cleanup(func() { _ = client.Close() })
	seen := readChanges(t, client, "warehouse", "Advert create "+c.adverts[len(c.adverts)-1])
	for _, advert := range c.adverts {
		if _, came := seen["Advert create "+advert]; !came {
			t.Errorf("the stream lacks %s: %v", advert, seen)
		}
	}
}

// emptied loses what all nodes have while events wait for their next attempt.
func (c *onCluster) emptied(t *testing.T) {
	const events = 3
	var open atomic.Bool
	r := receive(t, func(w http.ResponseWriter, _ arrival) {
		if !open.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	c.one.register("ADVERT", r.server.URL, advertDocument, object{"eventName": "CREATE"})
	c.advertise(events)
	waiting := map[string]bool{}
	for len(waiting) < events {
		id := r.next().header.Get("webhook-id")
		c.one.settled(id, "Rejected")
		waiting[id] = true
	}
	open.Store(true)
	c.cluster.FlushAll()
	for len(waiting) > 0 {
		delete(waiting, r.next().header.Get("webhook-id"))
	}
	c.advertise(1) // the groups exist again
	r.nextFor(c.adverts[len(c.adverts)-1])
}
