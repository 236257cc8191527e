// Package demo shows the way of a webhook on a running server: documents are
// registered, the marketplace changes, and a receiver gets and verifies what
// was executed. It uses only what any integrator has: the API and HTTP.
package demo

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// patience is how long a verified delivery of each class may take.
const patience = 60 * time.Second

//go:embed documents/*.graphql
var documents embed.FS

// classes are shown in the order in which their events come.
var classes = []string{"ADVERT", "VARIANT", "INVOICE", "SHIPMENT", "REFUND_REQUEST"}

// Options are what a demonstration needs.
type Options struct {
	// URL is the server's, without a path.
	URL string
	// Key is an operator's API key.
	Key string
	Out io.Writer
	// Once ends the demonstration after a verified delivery of each class.
	Once bool
	// HeaderPrefix is that of the server's own headers.
	HeaderPrefix string
}

// Run registers a webhook for each class, changes the marketplace, and prints
// what arrives. With Once it fails where a class does not arrive within 60 s;
// without, it goes on until ctx ends.
func Run(ctx context.Context, o Options) error {
	receiver, err := listen(o.HeaderPrefix)
	if err != nil {
		return err
	}
	defer receiver.close()
	s := show{Options: o, api: client{url: o.URL + "/graphql", key: o.Key}, receiver: receiver}
	if err := s.forgetFormer(ctx); err != nil {
		return err
	}
	for _, class := range classes {
		if err := s.register(ctx, class); err != nil {
			return err
		}
	}
	if err := s.change(ctx); err != nil {
		return err
	}
	if err := s.await(ctx); err != nil {
		return err
	}
	if o.Once {
		return s.forgetFormer(ctx)
	}
	return s.goOn(ctx)
}

// show is one demonstration.
type show struct {
	Options
	api      client
	receiver *receiver
}

func (s show) printf(format string, args ...any) { fmt.Fprintf(s.Out, format, args...) }

// text returns a document of the demonstration.
func text(name string) (string, error) {
	b, err := documents.ReadFile("documents/" + strings.ToLower(name) + ".graphql")
	return string(b), err
}

// identifierOf is how the demonstration finds its webhooks again.
func identifierOf(class string) string { return "crier-demo-" + strings.ToLower(class) }

// forgetFormer deletes the demonstration's own webhooks.
func (s show) forgetFormer(ctx context.Context) error {
	var found struct {
		Webhooks struct {
			Nodes []struct{ ID, Identifier string }
		}
	}
	if err := s.api.do(ctx, `{ webhooks(first: 500) { nodes { id identifier } } }`, nil, &found); err != nil {
		return fmt.Errorf("look for former webhooks: %w", err)
	}
	for _, w := range found.Webhooks.Nodes {
		if !strings.HasPrefix(w.Identifier, identifierOf("")) {
			continue
		}
		var deleted struct{ WebhookDelete result }
		err := s.api.do(ctx, `mutation($id: ID!) { webhookDelete(input: { webhookId: $id }) { status errors { field messages } } }`, map[string]any{"id": w.ID}, &deleted)
		if err = errors.Join(err, deleted.WebhookDelete.err()); err != nil {
			return fmt.Errorf("delete a former webhook: %w", err)
		}
	}
	return nil
}

// register registers the document of a class.
func (s show) register(ctx context.Context, class string) error {
	document, err := text(class)
	if err != nil {
		return err
	}
	s.printf("── webhookCreate for %s ──\n%s\n", class, document)
	var out struct {
		WebhookCreate struct {
			result
			Secret string
		}
	}
	err = s.api.do(ctx, `mutation($attributes: WebhookCreateInput!) {
		webhookCreate(input: { attributes: $attributes }) { status secret errors { field messages } }
	}`, map[string]any{"attributes": map[string]any{
		"type": class, "url": s.receiver.url(class), "queryString": document, "identifier": identifierOf(class), "name": "demonstration",
	}}, &out)
	if err = errors.Join(err, out.WebhookCreate.err()); err != nil {
		return fmt.Errorf("register the webhook for %s: %w", class, err)
	}
	return s.receiver.trust(class, out.WebhookCreate.Secret)
}

// await prints deliveries until one of each class was verified.
func (s show) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	missing := map[string]bool{}
	for _, class := range classes {
		missing[class] = true
	}
	for len(missing) > 0 {
		select {
		case d := <-s.receiver.deliveries:
			if d.err != nil {
				return fmt.Errorf("a delivery for %s does not verify: %w", d.class, d.err)
			}
			s.print(d)
			delete(missing, d.class)
		case <-ctx.Done():
			return fmt.Errorf("no verified delivery of %d classes: %w", len(missing), ctx.Err())
		}
	}
	s.printf("verified deliveries of %s\n", strings.Join(classes, ", "))
	return nil
}

// goOn prints what else arrives.
func (s show) goOn(ctx context.Context) error {
	s.printf("\nserving on %s: /playground and /voyager, with the API key %s\nChange something there and see it arrive here; Ctrl-C ends.\n", s.URL, s.Key)
	for {
		select {
		case d := <-s.receiver.deliveries:
			if d.err != nil {
				s.printf("a delivery for %s does not verify: %v\n", d.class, d.err)
				continue
			}
			s.print(d)
		case <-ctx.Done():
			return nil
		}
	}
}

// print shows one verified delivery.
func (s show) print(d received) {
	pretty, err := json.MarshalIndent(d.body, "", "  ")
	if err != nil {
		pretty = d.body
	}
	s.printf("── received for %s, signature verified ──\n%s-Sequence: %s\nwebhook-id: %s\n%s\n\n", d.class, s.HeaderPrefix, d.sequence, d.id, pretty)
}
