package terminal

import (
	"io"
	"os"
	"strings"
	"unicode"
)

// Colours paint text, or leave it as it is.
type Colours bool

// ColoursOf says whether to paint what is written to out: only on a terminal, and not
// where NO_COLOR has a value (https://no-color.org) or the terminal cannot.
func ColoursOf(out io.Writer) Colours {
	return Colours(Is(out) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb")
}

// Good, Bad, Odd and Quiet are what is said with colours.
func (c Colours) Good(text string) string  { return c.paint("32", text) }
func (c Colours) Bad(text string) string   { return c.paint("31", text) }
func (c Colours) Odd(text string) string   { return c.paint("33", text) }
func (c Colours) Quiet(text string) string { return c.paint("2", text) }

func (c Colours) paint(code, text string) string {
	if !c || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// Plain is text from outside without what could steer a terminal.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
