// Package remote is what the commands do that look at a running server from outside:
// follow deliveries, and trigger one.
package remote

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"crier/internal/client"
	"crier/internal/terminal"
)

// Event is a delivery as the API shows it, and as it is written for scripts.
type Event struct {
	ID           string     `json:"id"`
	EventName    *string    `json:"eventName"`
	Status       string     `json:"status"`
	Attempts     int        `json:"attempts"`
	Sequence     int64      `json:"sequence"`
	SubjectID    string     `json:"subjectId"`
	Reason       string     `json:"reason"`
	ErrorMessage *string    `json:"errorMessage"`
	CreatedAt    time.Time  `json:"createdAt"`
	ProcessedAt  *time.Time `json:"processedAt"`
	RetryAfter   *time.Time `json:"retryAfter"`
	Webhook      struct {
		ID   string  `json:"id"`
		Type string  `json:"type"`
		Name *string `json:"name"`
		URL  string  `json:"url"`
	} `json:"webhook"`
	Responses []struct {
		Status int `json:"status"`
	} `json:"responses"`
}

// fields are what is asked of an event.
const fields = `id eventName status attempts sequence subjectId reason errorMessage createdAt processedAt retryAfter
	webhook { id type name url } responses { status }`

// Over says that the event has reached its end.
func (e Event) Over() bool {
	return slices.Contains([]string{"Sent", "Failed", "Cancelled", "Skipped"}, e.Status)
}

// differs says that something happened to the event since.
func (e Event) differs(before Event) bool {
	return e.Attempts != before.Attempts || e.Status != before.Status
}

// happened says that there is something to be shown of an event that is new.
func (e Event) happened() bool { return e.Attempts > 0 || e.Status != "Unsent" }

// print shows the event in one line.
func (e Event) print(out io.Writer, o terminal.Output, c terminal.Colours) error {
	if o.JSON() {
		return terminal.Line(out, e)
	}
	_, err := io.WriteString(out, e.line(c))
	return err
}

// line is the event for people.
func (e Event) line(c terminal.Colours) string {
	paint := c.Odd
	switch e.Status {
	case "Sent":
		paint = c.Good
	case "Failed", "Rejected":
		paint = c.Bad
	}
	name, answered, notes := "-", "-", []string{}
	if e.EventName != nil {
		name = *e.EventName
	}
	if n := len(e.Responses); n > 0 {
		answered = fmt.Sprint(e.Responses[n-1].Status)
	}
	if e.Attempts > 1 {
		notes = append(notes, fmt.Sprintf("attempt %d", e.Attempts))
	}
	if e.Reason != "CHANGE" {
		notes = append(notes, strings.ToLower(e.Reason))
	}
	if e.ErrorMessage != nil {
		notes = append(notes, *e.ErrorMessage)
	}
	if e.RetryAfter != nil {
		notes = append(notes, "again at "+e.RetryAfter.Local().Format(time.TimeOnly))
	}
	return fmt.Sprintf("%s  %s  %-26s  %-20s  #%-8d  %3s  %s  %s\n", c.Quiet(e.at().Local().Format(time.TimeOnly)), paint(fmt.Sprintf("%-9s", e.Status)),
		terminal.Plain(e.Webhook.Type+" "+name), terminal.Plain(e.SubjectID), e.Sequence, answered, terminal.Plain(e.endpoint()), c.Quiet(terminal.Plain(strings.Join(notes, ", "))))
}

// at is when what is shown happened, as far as it is known.
func (e Event) at() time.Time {
	if e.ProcessedAt != nil {
		return *e.ProcessedAt
	}
	return e.CreatedAt
}

// endpoint names the webhook for people.
func (e Event) endpoint() string {
	if e.Webhook.Name != nil && *e.Webhook.Name != "" {
		return *e.Webhook.Name
	}
	return e.Webhook.URL
}

// events asks for those of the ids that the key may see.
func events(ctx context.Context, c client.Client, ids []string) ([]Event, error) {
	var found struct{ Nodes []*Event }
	err := c.Do(ctx, `query($ids: [ID!]!) { nodes(ids: $ids) { ... on WebhookEvent { `+fields+` } } }`, map[string]any{"ids": ids}, &found)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	var list []Event
	for _, e := range found.Nodes {
		if e != nil {
			list = append(list, *e)
		}
	}
	return list, nil
}

// webhookOf finds a webhook by its id, its identifier or its name.
func webhookOf(ctx context.Context, c client.Client, text string) (string, error) {
	if decoded, err := base64.StdEncoding.DecodeString(text); err == nil && strings.HasPrefix(string(decoded), "Webhook-") {
		return text, nil
	}
	all, err := c.Webhooks(ctx)
	if err != nil {
		return "", err
	}
	var found []string
	for _, w := range all {
		if w.Identifier == text || w.Name == text {
			found = append(found, w.ID)
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("no webhook that this key may see has the id, identifier or name %q", text)
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("%d webhooks have the identifier or name %q: give an id, such as %s", len(found), text, found[0])
}
