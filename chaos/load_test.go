package chaos_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	// loadClients ask at once, half of them each process.
	loadClients = 6
	// pace is how long a client takes between two mutations, so that what a
	// machine with two cores does beside it does not make the queue grow.
	pace = 40 * time.Millisecond
	// itemsOfClient is how many items a client has in hand.
	itemsOfClient = 3
	// longestLife is how often an item is changed before it is withdrawn.
	longestLife = 12
)

// load is clients that change the marketplace, each its own items.
type load struct {
	t       *testing.T
	fleet   *fleet
	shop    shop
	http    *http.Client
	clients []*client
	asking  bell // rings when a mutation is about to be asked for
	stop    func()
	// answered and unanswered count mutations.
	answered, unanswered atomic.Int64
}

// client changes its items one mutation after the other.
type client struct {
	*load
	no     int
	random *rand.Rand
	// items are all that it ever offered; in hand are those it goes on with.
	items, inHand []*item
}

func newLoad(t *testing.T, f *fleet, random *rand.Rand) *load {
	transport := &http.Transport{MaxIdleConnsPerHost: loadClients}
	t.Cleanup(transport.CloseIdleConnections)
	l := &load{t: t, fleet: f, http: &http.Client{Transport: transport, Timeout: answerWithin}}
	for no := range loadClients {
		l.clients = append(l.clients, &client{load: l, no: no, random: rand.New(rand.NewPCG(random.Uint64(), 0))})
	}
	return l
}

// start lets the clients work until pause is called.
func (l *load) start() {
	ctx, cancel := context.WithCancel(l.t.Context())
	var working sync.WaitGroup
	for _, c := range l.clients {
		working.Go(func() { c.work(ctx) })
	}
	l.stop = func() {
		cancel()
		working.Wait()
	}
}

// pause waits until every client has its answer, or has given it up.
func (l *load) pause() { l.stop() }

// items are those of all clients. The load must be paused.
func (l *load) items() []*item {
	var list []*item
	for _, c := range l.clients {
		list = append(list, c.items...)
	}
	return list
}

func (c *client) work(ctx context.Context) {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if url := c.fleet.url(ctx, c.no); url != "" {
			c.change(api{c.http, url})
		}
	}
}

// change makes one mutation, and remembers what is known of it.
func (c *client) change(a api) {
	i, m := c.choose()
	var data struct {
		Done struct {
			Errors any
			Advert struct {
				ID       string
				Variants struct{ Nodes []struct{ ID string } }
			}
		}
	}
	c.asking.ring()
	err := a.ask(m.document, object{"input": i.input(m, c.shop)}, &data)
	if errors.Is(err, errUnsent) {
		return
	}
	if len(i.done) == 0 {
		c.items, c.inHand = append(c.items, i), append(c.inHand, i)
	}
	switch {
	case err != nil:
		c.unanswered.Add(1)
		i.lost = &m
	case data.Done.Errors != nil:
		c.t.Errorf("%s of %s is refused: %v", m.name, i.tag, data.Done.Errors)
	default:
		c.answered.Add(1)
		if i.done = append(i.done, m); m.name == offer.name {
			i.advert, i.variant = data.Done.Advert.ID, data.Done.Advert.Variants.Nodes[0].ID
		}
	}
	if i.lost != nil || m.name == withdraw.name {
		c.leave(i)
	}
}

// choose picks an item, which may be a new one, and what to do with it.
func (c *client) choose() (*item, mutation) {
	if len(c.inHand) < itemsOfClient {
		return &item{tag: fmt.Sprintf("item-%d-%d", c.no, len(c.items)), seller: c.random.IntN(2)}, offer
	}
	i := c.inHand[c.random.IntN(len(c.inHand))]
	switch {
	case len(i.done) >= longestLife:
		return i, withdraw
	case c.random.IntN(2) == 0:
		return i, restock
	}
	return i, retitle
}

// leave takes an item out of the client's hands.
func (c *client) leave(gone *item) {
	for n, i := range c.inHand {
		if i == gone {
			c.inHand = append(c.inHand[:n:n], c.inHand[n+1:]...)
			return
		}
	}
}
