// Package scalar reads and writes the custom scalars of the schema.
package scalar

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalDateTime writes an ISO8601DateTime as RFC 3339 in UTC.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = w.Write(t.UTC().AppendFormat(nil, `"`+time.RFC3339Nano+`"`))
	})
}

// UnmarshalDateTime reads an ISO8601DateTime: RFC 3339 with any offset, seconds
// optional, or a bare date, which is its first moment in UTC. In UTC its year
// must have four digits and not be zero: RFC 3339 writes no other (section 1),
// and SQLite, which keeps times as text, would not read it again.
func UnmarshalDateTime(v any) (time.Time, error) {
	text, ok := v.(string)
	if !ok {
		return time.Time{}, fmt.Errorf("%v is not a date-time: write a string such as \"2026-03-01T09:30:00Z\"", v)
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05 -0700", time.DateOnly} {
		t, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		if t = t.UTC(); t.Year() < 1 || t.Year() > 9999 {
			return time.Time{}, fmt.Errorf("%q is outside of the years 1 to 9999", text)
		}
		return t, nil
	}
	return time.Time{}, fmt.Errorf("%q is not a date-time: write it as in \"2026-03-01T09:30:00Z\"", text)
}

// MarshalDate writes an ISO8601Date.
func MarshalDate(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = w.Write(t.UTC().AppendFormat(nil, `"`+time.DateOnly+`"`))
	})
}

// UnmarshalDate reads an ISO8601Date; a full date-time is accepted and kept.
func UnmarshalDate(v any) (time.Time, error) { return UnmarshalDateTime(v) }

// Decimal is an exact decimal number in its text form, such as "25.95".
type Decimal = string

// MarshalDecimal writes a Decimal as a string.
func MarshalDecimal(d string) graphql.Marshaler { return graphql.MarshalString(d) }

// UnmarshalDecimal reads a Decimal from a string or a number.
func UnmarshalDecimal(v any) (string, error) {
	var text string
	switch x := v.(type) {
	case string:
		text = strings.TrimSpace(x)
	case json.Number:
		text = x.String()
	case int64:
		return strconv.FormatInt(x, 10), nil
	case int:
		return strconv.Itoa(x), nil
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64), nil
	default:
		return "", fmt.Errorf("%v is not a decimal number: write it as in \"25.95\"", v)
	}
	if !isDecimal(text) {
		return "", fmt.Errorf("%q is not a decimal number: write it as in \"25.95\"", text)
	}
	return text, nil
}

// isDecimal accepts digits with an optional sign and one point; no exponent.
func isDecimal(text string) bool {
	whole, fraction, pointed := strings.Cut(strings.TrimLeft(text, "+-"), ".")
	if len(text)-len(strings.TrimLeft(text, "+-")) > 1 || whole == "" || pointed && fraction == "" {
		return false
	}
	for _, r := range whole + fraction {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

// MarshalJSON writes a value as it is; raw bytes are not read again.
func MarshalJSON(v json.RawMessage) graphql.Marshaler {
	if len(v) == 0 {
		return graphql.Null
	}
	return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(v) })
}

// UnmarshalJSON takes any value.
func UnmarshalJSON(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("read a JSON value: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// Checks say, by the scalar's name, why a value is none of it; JSON takes every value.
var Checks = map[string]func(any) error{
	"Decimal":         func(v any) error { _, err := UnmarshalDecimal(v); return err },
	"ISO8601Date":     func(v any) error { _, err := UnmarshalDate(v); return err },
	"ISO8601DateTime": func(v any) error { _, err := UnmarshalDateTime(v); return err },
}
