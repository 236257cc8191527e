// Package demo shows the way of a webhook on a running server: documents are
// registered, the marketplace changes, and a receiver gets and verifies what
// was executed. It uses only what any integrator has: the API and HTTP.
package demo

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"crier/internal/client"
	"crier/internal/listen"
	"crier/internal/terminal"
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
	// JSON shows the deliveries only, each as one line of JSON.
	JSON bool
	// HeaderPrefix is that of the server's own headers.
	HeaderPrefix string
}

// Run registers a webhook for each class, changes the marketplace, and prints
// what arrives. With Once it fails where a class does not arrive within 60 s;
// without, it goes on until ctx ends.
func Run(ctx context.Context, o Options) error {
	receiver, err := open(o.HeaderPrefix)
	if err != nil {
		return err
	}
	defer receiver.close()
	s := show{Options: o, api: client.Client{URL: o.URL, Key: o.Key}, receiver: receiver}
	if err := s.api.Forget(ctx, identifierOf("")); err != nil {
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
		return s.api.Forget(ctx, identifierOf(""))
	}
	return s.goOn(ctx)
}

// show is one demonstration.
type show struct {
	Options
	api      client.Client
	receiver *receiver
}

func (s show) printf(format string, args ...any) {
	if !s.JSON {
		fmt.Fprintf(s.Out, format, args...)
	}
}

// text returns a document of the demonstration.
func text(name string) (string, error) {
	b, err := documents.ReadFile("documents/" + strings.ToLower(name) + ".graphql")
	return string(b), err
}

// identifierOf is how the demonstration finds its webhooks again.
func identifierOf(class string) string { return "crier-demo-" + strings.ToLower(class) }

// register registers the document of a class.
func (s show) register(ctx context.Context, class string) error {
	document, err := text(class)
	if err != nil {
		return err
	}
	s.printf("── webhookCreate for %s ──\n%s\n", class, document)
	_, secret, err := s.api.Register(ctx, map[string]any{
		"type": class, "url": s.receiver.url(class), "queryString": document, "identifier": identifierOf(class), "name": "demonstration",
	})
	if err != nil {
		return fmt.Errorf("register the webhook for %s: %w", class, err)
	}
	return s.receiver.trust(class, secret)
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
			if d.Err != nil {
				return fmt.Errorf("a delivery for %s does not verify: %w", d.class, d.Err)
			}
			if err := s.print(d); err != nil {
				return err
			}
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
			if d.Err != nil {
				s.printf("a delivery for %s does not verify: %v\n", d.class, d.Err)
				continue
			}
			if err := s.print(d); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// print shows one verified delivery.
func (s show) print(d received) error {
	sequence := int64(0)
	if d.Sequence != nil {
		sequence = *d.Sequence
	}
	if s.JSON {
		return terminal.Line(s.Out, map[string]any{"kind": "delivery", "class": d.class, "id": d.ID, "sequence": sequence, "verdict": "verified", "body": json.RawMessage(d.Body)})
	}
	_, err := fmt.Fprintf(s.Out, "── received for %s, signature verified ──\n%s-Sequence: %d\nwebhook-id: %s\n%s\n\n", d.class, s.HeaderPrefix, sequence, d.ID, listen.Pretty(d.Body, ""))
	return err
}
