// Package terminal is where a command talks: to people on a terminal, with colours
// and progress bars, or to programs, without.
package terminal

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Terminal is what a command is given to talk with.
type Terminal struct {
	// Ctx ends when the command is told to stop.
	Ctx      context.Context
	Out, Err io.Writer
}

// Output is the flag of every command that prints.
type Output struct {
	Output string `enum:"text,json" default:"text" env:"-" placeholder:"text|json" help:"Form of what is printed: text, or json for scripts."`
}

// JSON says that a program reads what is printed.
func (o Output) JSON() bool { return o.Output == "json" }

// Print writes the text for people, or the value in one line for programs.
func (o Output) Print(out io.Writer, text string, value any) error {
	if o.JSON() {
		return Line(out, value)
	}
	_, err := fmt.Fprintln(out, text)
	return err
}

// Line writes a value as one line of JSON, its text as it is.
func Line(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// Is says whether people look at what is written to out.
func Is(out io.Writer) bool {
	f, ok := out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// slow is how long something takes before people are shown how far it is.
const slow = 2 * time.Second

// Bar shows progress on out, where that is a terminal; a total of -1 is unknown.
func Bar(out io.Writer, description string, total int) *progressbar.ProgressBar {
	return progressbar.NewOptions(total, progressbar.OptionSetWriter(out), progressbar.OptionSetDescription(description),
		progressbar.OptionShowCount(), progressbar.OptionSetVisibility(Is(out)), progressbar.OptionClearOnFinish())
}

// Wait does work and shows that it goes on, where it takes long and out is a terminal.
func Wait(out io.Writer, description string, work func() error) error {
	done := make(chan error, 1)
	go func() { done <- work() }()
	if !Is(out) {
		return <-done
	}
	select {
	case err := <-done:
		return err
	case <-time.After(slow):
	}
	bar := progressbar.NewOptions(-1, progressbar.OptionSetWriter(out), progressbar.OptionSetDescription(description),
		progressbar.OptionSetElapsedTime(true), progressbar.OptionSpinnerType(14), progressbar.OptionClearOnFinish())
	defer func() { _ = bar.Finish() }() // what people see of it is all there is
	for tick := time.NewTicker(100 * time.Millisecond); ; {
		select {
		case err := <-done:
			tick.Stop()
			return err
		case <-tick.C:
			_ = bar.Add(1)
		}
	}
}
