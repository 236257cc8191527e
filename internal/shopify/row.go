package shopify

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"crier/internal/market"
)

// row is one row of a file, with what is wrong with it.
type row struct {
	columns columns
	cells   []string
	line    int
	reasons []string
}

// refuse notes why the row cannot be loaded.
func (r *row) refuse(format string, args ...any) {
	r.reasons = append(r.reasons, fmt.Sprintf(format, args...))
}

// has reports whether the file has a column.
func (r *row) has(c column) bool {
	_, ok := r.columns.place[c]
	return ok
}

// cell is the text in a column without the space around it; "" where the file has no such column.
func (r *row) cell(c column) string { return strings.TrimSpace(r.raw(c)) }

// raw is the text in a column as it stands.
func (r *row) raw(c column) string {
	i, ok := r.columns.place[c]
	if !ok {
		return ""
	}
	return r.cells[i]
}

// name is what the file calls a column; the older name where it has none.
func (r *row) name(c column) string {
	if i, ok := r.columns.place[c]; ok {
		return r.columns.names[i]
	}
	return columnNames[c][0]
}

// isBlank reports whether the row says nothing, as spreadsheets leave them at the end.
func (r *row) isBlank() bool { return strings.TrimSpace(strings.Join(r.cells, "")) == "" }

// isVariant reports whether the row has a variant.
func (r *row) isVariant() bool {
	for _, c := range []column{option1Value, option2Value, option3Value, sku, barcode, price} {
		if r.cell(c) != "" {
			return true
		}
	}
	return false
}

// checkShape refuses a row whose cells cannot be told apart or stored.
func (r *row) checkShape() bool {
	if len(r.cells) != len(r.columns.names) {
		r.refuse("has %d cells where the header has %d columns", len(r.cells), len(r.columns.names))
	}
	all := strings.Join(r.cells, "")
	if !utf8.ValidString(all) || strings.ContainsRune(all, 0) {
		r.refuse("is not text in UTF-8")
	}
	return len(r.reasons) == 0
}

// text is a cell that may be empty: unset without its column, null where it is blank.
func (r *row) text(c column) market.Opt[string] {
	if !r.has(c) {
		return market.Opt[string]{}
	}
	if r.cell(c) == "" {
		return market.Null[string]()
	}
	return market.Some(r.cell(c))
}

// prose is like text, and keeps the space around it.
func (r *row) prose(c column) market.Opt[string] {
	in := r.text(c)
	if in.Value != nil {
		return market.Some(r.raw(c))
	}
	return in
}

// list is a cell of texts with commas between; each text once.
func (r *row) list(c column) market.Opt[[]string] {
	if !r.has(c) {
		return market.Opt[[]string]{}
	}
	var all []string
	seen := map[string]bool{}
	for item := range strings.SplitSeq(r.cell(c), ",") {
		if item = strings.TrimSpace(item); item != "" && !seen[item] {
			seen[item] = true
			all = append(all, item)
		}
	}
	if all == nil {
		return market.Null[[]string]()
	}
	return market.Some(all)
}

// cents is an amount in cents; 0 where the cell is blank or holds none.
func (r *row) cents(c column) int64 {
	text := r.cell(c)
	if text == "" {
		return 0
	}
	cents, err := market.ParseCents(text)
	if err != nil {
		r.refuse("%s %.40q %s", r.name(c), text, err)
	}
	return cents
}

// price is what is paid, in cents; 0 after noting that there is none.
func (r *row) price() int64 {
	before := len(r.reasons)
	cents := r.cents(price)
	switch {
	case r.cell(price) == "":
		r.refuse("%s is missing", r.name(price))
	case cents == 0 && len(r.reasons) == before:
		r.refuse("%s must be above zero", r.name(price))
	}
	return cents
}

// number is a whole number; nil where the cell is blank or holds none.
func (r *row) number(c column) *int64 {
	text := r.cell(c)
	if text == "" {
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		r.refuse("%s %.40q is not a whole number of at most %d", r.name(c), text, math.MaxInt32)
		return nil
	}
	return &n
}

// flag is a cell that says true or false; fallback where it is blank.
func (r *row) flag(c column, fallback bool) bool {
	switch text := r.cell(c); strings.ToLower(text) {
	case "":
		return fallback
	case "true":
		return true
	case "false":
	default:
		r.refuse("%s %.40q is neither true nor false", r.name(c), text)
	}
	return false
}

// choice is a cell that holds one of a few words, in lower case; "" where it is blank.
func (r *row) choice(c column, words ...string) string {
	text := strings.ToLower(r.cell(c))
	for _, word := range append(words, "") {
		if text == word {
			return text
		}
	}
	r.refuse("%s %.40q is none of %s", r.name(c), r.cell(c), strings.Join(words, ", "))
	return ""
}

// link is the URL of a picture; "" where the cell is blank.
func (r *row) link(c column) string {
	text := r.cell(c)
	if text == "" {
		return ""
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
		r.refuse("%s %.200q is not an absolute http or https URL", r.name(c), text)
	}
	return text
}
