package remote

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"crier/internal/client"
	"crier/internal/terminal"
)

const (
	// page is how many events one request asks for.
	page = 100
	// pages bounds how far one look goes back to what it knows.
	pages = 50
	// watched bounds the events that are not over and looked at again each time; the oldest go first.
	watched = 500
)

// Tail is the command line of `crier tail`.
type Tail struct {
	Webhook  string `env:"-" placeholder:"ID" help:"Only deliveries of this webhook: its id, identifier or name."`
	Type     string `env:"-" placeholder:"CLASS" help:"Only deliveries about this class, such as INVOICE."`
	Subject  string `env:"-" placeholder:"ID" help:"Only deliveries about this entity."`
	Last     string `default:"0" env:"-" placeholder:"N" help:"Show the newest of the past first, at most 100."`
	Count    string `default:"0" env:"-" placeholder:"N" help:"End after so many lines; 0 goes on until it is stopped."`
	Interval string `default:"1s" env:"-" placeholder:"DURATION" help:"How often the server is asked."`
	client.Flags
	terminal.Output
}

// Help shows examples.
func (Tail) Help() string {
	return `A line is shown whenever something has happened to a delivery: an attempt, its end, or that it is held. What happens between two looks is shown as one line, with the number of attempts.

Examples:

  crier tail
  crier tail --webhook orders-to-erp --last 20
  crier tail --type INVOICE --output json | jq 'select(.status == "Failed")'
`
}

// tail is a Tail that was checked, and what it knows.
type tail struct {
	Tail
	terminal.Terminal
	client      client.Client
	last, count int
	interval    time.Duration
	filter      map[string]any

	// newest is the highest sequence that was seen.
	newest int64
	// open are the events that are not over, by id, and order their ids, the oldest first.
	open  map[string]Event
	order []string
	shown int
}

// Run follows deliveries until it is told to stop.
func (c Tail) Run(t terminal.Terminal) error {
	f, err := c.check(t)
	if err != nil {
		return err
	}
	if c.Webhook != "" {
		if f.filter["webhookId"], err = webhookOf(t.Ctx, f.client, c.Webhook); err != nil {
			return err
		}
	}
	if err := f.begin(t.Ctx); err != nil {
		return stopped(t.Ctx, err)
	}
	fmt.Fprintf(t.Err, "crier: following the deliveries of %s\n", f.client.URL)
	tick := time.NewTicker(f.interval)
	defer tick.Stop()
	for away := false; !f.enough(); {
		select {
		case <-t.Ctx.Done():
			return nil
		case <-tick.C:
		}
		err := f.look(t.Ctx)
		var refused *client.Error
		if errors.As(err, &refused) && refused.Code != "RATE_LIMITED" && refused.Code != "INTERNAL" || errors.Is(err, errWrite) {
			return err
		}
		if err != nil && t.Ctx.Err() == nil && !away {
			fmt.Fprintf(t.Err, "crier: %v; asking again\n", err)
		}
		away = err != nil
	}
	return nil
}

// stopped is err, or nil where the command was told to stop.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// errWrite says that nobody reads any more.
var errWrite = errors.New("write a line")

// check reads the texts. The error joins all mistakes.
func (c Tail) check(t terminal.Terminal) (*tail, error) {
	f := &tail{Tail: c, Terminal: t, filter: map[string]any{}, open: map[string]Event{}}
	var problems [4]error
	f.client, problems[0] = c.Flags.Check()
	f.last, problems[1] = terminal.Number("--last", c.Last, 0, page)
	f.count, problems[2] = terminal.Number("--count", c.Count, 0, 1_000_000)
	f.interval, problems[3] = duration("--interval", c.Interval, 100*time.Millisecond, time.Hour)
	if c.Type != "" {
		f.filter["type"] = strings.ToUpper(c.Type)
	}
	if c.Subject != "" {
		f.filter["subjectId"] = c.Subject
	}
	return f, errors.Join(problems[:]...)
}

func duration(flag, text string, least, most time.Duration) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < least || d > most {
		return 0, fmt.Errorf("%s is %q: write a time from %s to %s, as in 30s", flag, text, least, most)
	}
	return d, nil
}

// enough says that as much as was asked for is shown.
func (f *tail) enough() bool { return f.count > 0 && f.shown >= f.count }

// begin learns what is there, and shows the newest of it where that was asked for.
func (f *tail) begin(ctx context.Context) error {
	newest, _, err := f.page(ctx, nil, nil)
	if err != nil {
		return err
	}
	if err := f.waiting(ctx); err != nil {
		return err
	}
	for i := len(newest) - 1; i >= 0; i-- {
		f.newest = max(f.newest, newest[i].Sequence)
		f.watch(newest[i])
		if i < f.last && !f.enough() {
			if err := f.show(newest[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// waiting has the newest events watched that are not over, among them those that are sent again.
func (f *tail) waiting(ctx context.Context) error {
	list, _, err := f.page(ctx, nil, []string{"UNSENT", "REJECTED", "HELD"})
	for i := len(list) - 1; i >= 0; i-- {
		if e := list[i]; f.newest == 0 || e.Sequence <= f.newest {
			f.watch(e)
		}
	}
	return err
}

// page reads a page of events, the newest first, and the cursor of the next; nil where there is none.
func (f *tail) page(ctx context.Context, after *string, statuses []string) ([]Event, *string, error) {
	var found struct {
		WebhookEvents struct {
			Nodes    []Event
			PageInfo struct {
				HasNextPage bool
				EndCursor   *string
			}
		}
	}
	variables := map[string]any{"first": page, "after": after, "statuses": statuses}
	for name, value := range f.filter {
		variables[name] = value
	}
	err := f.client.Do(ctx, `query($first: Int!, $after: String, $statuses: [WebhookEventStatusEnum!], $webhookId: ID, $type: WebhookKlassEnum, $subjectId: ID) {
		webhookEvents(first: $first, after: $after, statuses: $statuses, webhookId: $webhookId, type: $type, subjectId: $subjectId) {
			nodes { `+fields+` } pageInfo { hasNextPage endCursor }
		}
	}`, variables, &found)
	if err != nil {
		return nil, nil, fmt.Errorf("read the deliveries: %w", err)
	}
	p := found.WebhookEvents
	if !p.PageInfo.HasNextPage {
		p.PageInfo.EndCursor = nil
	}
	return p.Nodes, p.PageInfo.EndCursor, nil
}

// look shows what has happened since the look before: to the events that were not
// over, and to new ones.
func (f *tail) look(ctx context.Context) error {
	for from := 0; from < len(f.order); from += page {
		ids := f.order[from:min(from+page, len(f.order))]
		list, err := events(ctx, f.client, ids)
		if err != nil {
			return err
		}
		for _, e := range list {
			before := f.open[e.ID]
			f.open[e.ID] = e
			if e.differs(before) && !f.enough() {
				if err := f.show(e); err != nil {
					return err
				}
			}
		}
	}
	f.forget()
	if err := f.waiting(ctx); err != nil {
		return err
	}
	return f.news(ctx)
}

// news shows the new events, oldest first.
func (f *tail) news(ctx context.Context) error {
	var list []Event
	for after, n := (*string)(nil), 0; n < pages; n++ {
		found, next, err := f.page(ctx, after, nil)
		if err != nil {
			return err
		}
		for _, e := range found {
			if e.Sequence > f.newest {
				list = append(list, e)
			} else {
				next = nil // the others are known
			}
		}
		if after = next; after == nil {
			break
		}
	}
	for i := len(list) - 1; i >= 0; i-- {
		e := list[i]
		f.newest = max(f.newest, e.Sequence)
		f.watch(e)
		if e.happened() && !f.enough() {
			if err := f.show(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// watch has an event looked at again, unless it is over.
func (f *tail) watch(e Event) {
	if _, known := f.open[e.ID]; known || e.Over() {
		return
	}
	f.open[e.ID], f.order = e, append(f.order, e.ID)
}

// forget drops what is over, and what is too much.
func (f *tail) forget() {
	kept := f.order[:0]
	for i, id := range f.order {
		if f.open[id].Over() || len(f.order)-i > watched {
			delete(f.open, id)
		} else {
			kept = append(kept, id)
		}
	}
	f.order = kept
}

func (f *tail) show(e Event) error {
	f.shown++
	if err := e.print(f.Out, f.Output, terminal.ColoursOf(f.Out)); err != nil {
		return fmt.Errorf("%w: %w", errWrite, err)
	}
	return nil
}
