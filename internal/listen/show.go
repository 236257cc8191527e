package listen

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"crier/internal/terminal"
)

// printer shows deliveries, each in one line, and counts them.
type printer struct {
	out           io.Writer
	colours       terminal.Colours
	asJSON        bool
	body, headers bool

	mu sync.Mutex
	// err is the first that writing gave.
	err error
	summary
}

// summary is what a receiver says at its end.
type summary struct {
	Kind string `json:"kind"`
	// Requests counts everything that arrived, Accepted what was answered 2xx.
	Requests   int `json:"requests"`
	Accepted   int `json:"accepted"`
	Refused    int `json:"notVerified"`
	Duplicates int `json:"duplicates"`
	Late       int `json:"outOfOrder"`
}

func newPrinter(out io.Writer, c Command) *printer {
	return &printer{out: out, colours: terminal.ColoursOf(out), asJSON: c.JSON(), body: c.Body, headers: c.Headers, summary: summary{Kind: "summary"}}
}

// ready says where it listens and what it verifies.
func (p *printer) ready(url string, v Verifier) error {
	verifies := []string{}
	for name, known := range map[string]bool{"v1": len(v.Secrets) > 0, "v1a": len(v.Keys) > 0, "hmac": v.HmacKey != ""} {
		if known {
			verifies = append(verifies, name)
		}
	}
	slices.Sort(verifies)
	if p.asJSON {
		return p.line(map[string]any{"kind": "listening", "url": url, "verifies": verifies})
	}
	note := ""
	if len(verifies) == 0 {
		verifies = []string{"nothing"}
		note = "\n" + p.colours.Odd("Nothing is verified: give --secret, --public-key or --hmac-key, or register with --type.")
	}
	return p.text(fmt.Sprintf("crier listening url=%s verifies=%s%s\n", url, strings.Join(verifies, ","), note))
}

// delivery shows one and returns how many have been accepted.
func (p *printer) delivery(o outcome, v Verifier) (accepted int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Requests++
	for counter, is := range map[*int]bool{&p.Accepted: o.accepted(), &p.Refused: o.Err != nil, &p.Duplicates: o.Duplicate, &p.Late: o.Late} {
		if is {
			*counter++
		}
	}
	verdict := o.Verdict(v)
	if p.asJSON {
		p.keep(terminal.Line(p.out, p.object(o, verdict)))
	} else {
		_, err := io.WriteString(p.out, p.lines(o, verdict))
		p.keep(err)
	}
	return p.Accepted
}

func (p *printer) keep(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *printer) line(value any) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return terminal.Line(p.out, value)
}

func (p *printer) text(text string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, err := io.WriteString(p.out, text)
	return err
}

// lines are a delivery for people.
func (p *printer) lines(o outcome, verdict string) string {
	paint := p.colours.Good
	switch {
	case o.Err != nil:
		paint = p.colours.Bad
	case verdict == "unverified":
		paint = p.colours.Odd
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s  %-16s  %-20s  %-8s  %6s  %s%s\n", p.colours.Quiet(o.At.Format("15:04:05.000")), paint(fmt.Sprintf("%-10s", verdict)),
		or(o.Name), or(o.Subject), sequence(o.Sequence), size(len(o.Body)), p.answered(o), p.notes(o))
	if o.Err != nil {
		fmt.Fprintf(&b, "    %s\n", p.colours.Bad(terminal.Plain(strings.ReplaceAll(o.Err.Error(), "\n", "; "))))
	}
	if p.headers {
		for _, name := range slices.Sorted(maps.Keys(o.Header)) {
			fmt.Fprintf(&b, "    %s %s\n", p.colours.Quiet(terminal.Plain(name)+":"), terminal.Plain(strings.Join(o.Header[name], ", ")))
		}
	}
	if p.body {
		fmt.Fprintf(&b, "    %s\n", Pretty(o.Body, "    "))
	}
	return b.String()
}

// answered is what was answered, and how fast.
func (p *printer) answered(o outcome) string {
	text := "no answer"
	if o.status > 0 {
		text = fmt.Sprintf("%d %s", o.status, o.took.Round(time.Millisecond/10))
	}
	if o.how != "" {
		text += " (" + terminal.Plain(o.how) + ")"
	}
	if o.status < 200 || o.status > 299 {
		return p.colours.Bad(text)
	}
	return text
}

// notes are what is odd about a delivery.
func (p *printer) notes(o outcome) string {
	var notes []string
	if o.Duplicate {
		notes = append(notes, "duplicate")
	} else if o.Attempt > 1 {
		notes = append(notes, fmt.Sprintf("attempt %d", o.Attempt))
	}
	if o.Differs {
		notes = append(notes, "other bytes than before")
	}
	if o.Late {
		notes = append(notes, "out of order")
	}
	if o.Errors > 0 {
		notes = append(notes, fmt.Sprintf("%d errors", o.Errors))
	}
	if len(notes) == 0 {
		return ""
	}
	return "  " + p.colours.Odd(strings.Join(notes, ", "))
}

// object is a delivery for programs.
func (p *printer) object(o outcome, verdict string) map[string]any {
	v := map[string]any{
		"kind": "delivery", "time": o.At.UTC().Format(time.RFC3339Nano), "id": o.ID, "event": o.Name, "subject": o.Subject, "sequence": o.Sequence, "format": o.Format,
		"path": o.Path, "size": len(o.Body), "verdict": verdict, "attempt": o.Attempt, "duplicate": o.Duplicate, "differs": o.Differs, "outOfOrder": o.Late,
		"errors": o.Errors, "status": o.status, "how": o.how, "ms": float64(o.took.Microseconds()) / 1000,
	}
	if o.Err != nil {
		v["why"] = o.Err.Error()
	}
	if p.headers {
		v["headers"] = o.Header
	}
	if p.body {
		v["body"] = json.RawMessage(o.Body)
		if !json.Valid(o.Body) {
			v["body"] = string(o.Body)
		}
	}
	return v
}

// end shows the summary. Where strict, it fails if anything did not verify.
func (p *printer) end(strict bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.summary
	if p.asJSON {
		p.keep(terminal.Line(p.out, s))
	} else {
		_, err := fmt.Fprintf(p.out, "requests: %d; accepted %d, not verified %d, duplicates %d, out of order %d\n", s.Requests, s.Accepted, s.Refused, s.Duplicates, s.Late)
		p.keep(err)
	}
	if strict && s.Refused > 0 {
		return errors.Join(p.err, fmt.Errorf("%d requests did not verify", s.Refused))
	}
	return p.err
}

// Pretty is a body indented behind the first line, or its text where it is no JSON.
func Pretty(body []byte, prefix string) string {
	var b bytes.Buffer
	if json.Indent(&b, body, prefix, "  ") != nil {
		return terminal.Plain(string(body))
	}
	return b.String()
}

func or(text string) string {
	if text == "" {
		return "-"
	}
	return terminal.Plain(text)
}

func sequence(n *int64) string {
	if n == nil {
		return "-"
	}
	return fmt.Sprintf("#%d", *n)
}

// size is a number of bytes for people.
func size(n int) string {
	if n < 10_000 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%d KiB", (n+512)>>10)
}
