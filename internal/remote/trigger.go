package remote

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"crier/internal/client"
	"crier/internal/terminal"
)

// Trigger is the command line of `crier trigger`.
type Trigger struct {
	Webhook string `arg:"" help:"The webhook: its id, identifier or name."`
	Subject string `arg:"" help:"Global id of an entity of the webhook's class."`
	Event   string `default:"update" env:"-" placeholder:"create|update|destroy" help:"What the event says that happened."`
	Wait    string `default:"30s" env:"-" placeholder:"DURATION" help:"How long to wait for the first attempt; 0s does not wait."`
	client.Flags
	terminal.Output
}

// Help shows examples.
func (Trigger) Help() string {
	return `The document is executed for the entity and sent, as if it had changed now. The exit code is 0 when the receiver has accepted it, or with --wait 0s when it is under way; else 1.

Examples:

  crier trigger orders-to-erp T3JkZXItMQ==
  crier trigger V2ViaG9vay0x SW52b2ljZS03 --event create --output json
`
}

// Run has an event made and sent, and waits for its first attempt.
func (c Trigger) Run(t terminal.Terminal) error {
	server, err := c.Flags.Check()
	wait, waitErr := duration("--wait", c.Wait, 0, time.Hour)
	name := strings.ToUpper(c.Event)
	var nameErr error
	if !slices.Contains([]string{"CREATE", "UPDATE", "DESTROY"}, name) {
		nameErr = fmt.Errorf("--event is %q: write create, update or destroy", c.Event)
	}
	if err := errors.Join(err, waitErr, nameErr); err != nil {
		return err
	}
	webhook, err := webhookOf(t.Ctx, server, c.Webhook)
	if err != nil {
		return err
	}
	e, err := trigger(t.Ctx, server, webhook, c.Subject, name)
	if err != nil {
		return err
	}
	if wait > 0 {
		err = terminal.Wait(t.Err, "waiting for the first attempt", func() (err error) {
			e, err = attempted(t.Ctx, server, e, wait)
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := e.print(t.Out, c.Output, terminal.ColoursOf(t.Out)); err != nil {
		return err
	}
	if wait > 0 && e.Status != "Sent" {
		return fmt.Errorf("the event %s is %s", e.ID, e.Status)
	}
	return nil
}

// trigger asks for the event.
func trigger(ctx context.Context, c client.Client, webhook, subject, name string) (Event, error) {
	var made struct {
		WebhookTrigger struct {
			client.Result
			WebhookEvent *Event
		}
	}
	err := c.Do(ctx, `mutation($webhook: ID!, $subject: ID!, $name: WebhookEventEnum) {
		webhookTrigger(input: { webhookId: $webhook, subjectId: $subject, eventName: $name }) { status errors { field messages } webhookEvent { `+fields+` } }
	}`, map[string]any{"webhook": webhook, "subject": subject, "name": name}, &made)
	if err = errors.Join(err, made.WebhookTrigger.Err()); err != nil {
		return Event{}, fmt.Errorf("trigger: %w", err)
	}
	if made.WebhookTrigger.WebhookEvent == nil {
		return Event{}, errors.New("the event was asked for and has not been made yet, as while no process with the role relay runs: crier tail shows it when it is")
	}
	return *made.WebhookTrigger.WebhookEvent, nil
}

// attempted waits until there was an attempt, or the event is held or over.
func attempted(ctx context.Context, c client.Client, e Event, wait time.Duration) (Event, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !e.happened() {
		select {
		case <-ctx.Done():
			return e, nil
		case <-tick.C:
		}
		list, err := events(ctx, c, []string{e.ID})
		if err != nil {
			if ctx.Err() != nil {
				return e, nil
			}
			return e, err
		}
		if len(list) > 0 {
			e = list[0]
		}
	}
	return e, nil
}
