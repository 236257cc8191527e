package chaos_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"crier/internal/market"
)

// gallery is the webhook whose events a replay and a backfill send.
var gallery = webhook{path: "/gallery", kind: advertType, actions: "create update destroy", owner: operator, slots: 100, document: advertDocument}

// TestChaosAmidJobs kills processes while a replay and a backfill run and entities
// change: both jobs end with all that they are about, and what arrived last of each
// entity is its present state.
func TestChaosAmidJobs(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) place{"PostgreSQL and Redis": onPostgres, "SQLite and embedded Redis": embedded} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := *seed
			for from == 0 {
				from = rand.Uint64()
			}
			t.Logf("seed %d", from)
			p := open(t)
			s := jobStage{&stage{T: t, place: p, random: rand.New(rand.NewPCG(from, 0)), receiver: newReceiver(t), fleet: newFleet(t, p), database: openDatabase(t, p.database)}}
			if *all {
				s.run(1000, max(*rounds/10, 1))
			} else {
				s.run(60, 1)
			}
		})
	}
}

// jobStage is a stage on which jobs run.
type jobStage struct{ *stage }

// run offers items, begins to send all of them again in two ways, and kills
// processes amid that.
func (s jobStage) run(entities, faults int) {
	transport := &http.Transport{}
	s.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport, Timeout: answerWithin}
	a := api{client, s.fleet.url(s.Context(), 0)}
	shop := open(s.T, a)
	id := register(s.T, a, gallery, shop, s.receiver.server.URL)
	items := s.offered(a, shop, entities)
	s.delivered()
	rate := max(entities/(5*faults), 10)
	input := object{"webhookId": id, "ratePerSecond": rate}
	backfill := s.begin(a, "webhookBackfill", "WebhookBackfillMutationInput", input)
	began := time.Now()
	input = object{"webhookId": id, "ratePerSecond": rate, "mode": "STORED", "since": began.Add(-time.Hour).UTC(), "until": began.UTC()}
	replay := s.begin(a, "webhookReplay", "WebhookReplayMutationInput", input)

	changing, stop := context.WithCancel(s.Context())
	var working sync.WaitGroup
	working.Go(func() { s.retitle(changing, client, items) })
	for n := range faults {
		s.until(settleWithin, "the jobs go on", func() bool { return s.sent() > 2*entities*(n+1)/(faults+2) })
		s.strike(n)
	}
	stop()
	working.Wait()
	a.url = s.fleet.url(s.Context(), 0)
	for _, job := range []string{backfill, replay} {
		s.ended(a, job, entities)
	}
	s.delivered()
	for i := range s.fleet.nodes {
		s.fleet.stop(i, false)
	}
	s.check(entities, began)
}

// offered offers items one by one.
func (s jobStage) offered(a api, shop shop, n int) []*item {
	s.Helper()
	items := make([]*item, n)
	for no := range items {
		i := &item{tag: fmt.Sprintf("item-0-%d", no), seller: no % 2}
		var data struct {
			Done struct{ Advert struct{ ID string } }
		}
		a.must(s.T, offer.document, object{"input": i.input(offer, shop)}, &data)
		i.done, i.advert, items[no] = append(i.done, offer), data.Done.Advert.ID, i
	}
	return items
}

// begin begins a job and returns its id.
func (s jobStage) begin(a api, mutation, kind string, input object) string {
	s.Helper()
	var data struct {
		Done struct{ Job struct{ ID string } }
	}
	a.must(s.T, fmt.Sprintf(`mutation($input: %s!) { done: %s(input: $input) { job { id } } }`, kind, mutation), object{"input": input}, &data)
	if data.Done.Job.ID == "" {
		s.Fatalf("%s makes no job", mutation)
	}
	return data.Done.Job.ID
}

// retitle changes items until ctx ends. Whether a mutation without an answer was
// committed the database tells afterwards.
func (s jobStage) retitle(ctx context.Context, client *http.Client, items []*item) {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		i := items[n*7%len(items)]
		var data struct{ Done struct{ Errors any } }
		if url := s.fleet.url(ctx, n); url != "" {
			if err := (api{client, url}).ask(retitle.document, object{"input": i.input(retitle, shop{})}, &data); err == nil && data.Done.Errors != nil {
				s.Errorf("%s is refused: %v", i.tag, data.Done.Errors)
			}
			i.done = append(i.done, retitle)
		}
	}
}

// strike kills all processes the first time, so that whoever runs the jobs is among
// them, and then any, and starts them again.
func (s jobStage) strike(n int) {
	victims := s.random.Perm(len(s.fleet.nodes))
	if n > 0 {
		victims = victims[:1+s.random.IntN(len(victims))]
	}
	for _, i := range victims {
		s.fleet.kill(i)
	}
	for _, i := range victims {
		s.fleet.start(i)
	}
}

// sent is how many events of jobs were delivered.
func (s jobStage) sent() (n int) {
	s.database.rows(`SELECT count(*) FROM webhook_events WHERE job_id <> 0 AND status = 'Sent'`, func(rows *sql.Rows) error { return rows.Scan(&n) })
	return n
}

// delivered waits until nothing is left to do.
func (s jobStage) delivered() {
	s.Helper()
	s.until(settleWithin, "everything is delivered", func() bool {
		left, err := s.database.waiting(s.Context())
		return err == nil && left == 0
	})
}

// ended waits until a job has ended, as it should.
func (s jobStage) ended(a api, id string, entities int) {
	s.Helper()
	var data struct {
		Node struct {
			State, Kind         string
			Total, Done, Failed int
		}
	}
	s.until(settleWithin, "a job ends", func() bool {
		a.must(s.T, `query($id: ID!) { node(id: $id) { ... on WebhookJob { kind state total done failed } } }`, object{"id": id}, &data)
		return data.Node.State != "QUEUED" && data.Node.State != "RUNNING"
	})
	if j := data.Node; j.State != "DONE" || j.Total != entities || j.Done != entities || j.Failed != 0 {
		s.Errorf("the job is %+v, want one of %d that is done", j, entities)
	}
}

// check holds what arrived against the database: each item was sent again in both
// ways, and what arrived last of it is its present state.
func (s jobStage) check(entities int, began time.Time) {
	s.Helper()
	type news struct {
		place   int64
		version int
	}
	last, again := map[market.Ref]news{}, map[market.Ref]int{}
	for _, h := range s.receiver.events {
		subject, place := h.subject(s.T), h.place(s.T)
		if !h.accepted() {
			s.Errorf("the event with the sequence %d was never accepted", place)
		}
		if place > last[subject].place {
			last[subject] = news{place, h.envelope(s.T).Payload.Data.Node.version()}
		}
		if h.envelope(s.T).EventName == "create" && h.requests[len(h.requests)-1].at.After(began) {
			again[subject]++
		}
	}
	backfilled := map[market.Ref]int{}
	s.database.rows(`SELECT subject_type, subject_num FROM webhook_events WHERE reason = 'BACKFILL' AND status = 'Sent'`, func(rows *sql.Rows) error {
		var ref market.Ref
		err := rows.Scan(&ref.Type, &ref.Num)
		backfilled[ref]++
		return err
	})
	items := s.database.items()
	if len(items) != entities {
		s.Errorf("%d items, want %d", len(items), entities)
	}
	for tag, i := range items {
		ref := i.ref(advertType)
		if again[ref] != 1 || backfilled[ref] != 1 {
			s.Errorf("%s was sent again %d times by the replay and %d times by the backfill", tag, again[ref], backfilled[ref])
		}
		if last[ref].version != i.version {
			s.Errorf("what arrived last of %s shows its version %d, want %d", tag, last[ref].version, i.version)
		}
	}
}
