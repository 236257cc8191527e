package market

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lengths of texts, in characters, and of lists.
const (
	nameLimit  = 255     // names, titles, keys, codes
	valueLimit = 10_000  // values of metadata, notes
	proseLimit = 100_000 // descriptions
	urlLimit   = 2048    // URLs
	listLimit  = 100     // entries of a list of texts, pairs, notes, pictures or choices
	linesLimit = 500     // lines of an order, a refund, an amendment or a parcel
)

// at is the path of a field, or of a place in a list, within path; the input itself has the path "".
func at(path string, field any) string {
	if path == "" {
		return fmt.Sprint(field)
	}
	return fmt.Sprint(path, ".", field)
}

// commit runs work in one transaction and returns what it made, or nil where it failed.
func commit[T any](ctx context.Context, m *Market, actor Actor, work func(*unit) (*T, error)) (*T, error) {
	var made *T
	err := m.run(ctx, actor, func(u *unit) (err error) {
		made, err = work(u)
		return err
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// operatorOnly refuses what a seller may not do, as a second wall behind the API's own.
func (a Actor) operatorOnly() error {
	if a.Seller == 0 {
		return nil
	}
	return forbidden("base", "is for the operator of the marketplace only")
}

func forbidden(field, message string) error {
	return &Invalid{Status: 403, Fields: []FieldError{{Field: field, Messages: []string{message}}}}
}

// names reports whether a client's id is that of an entity, with or without padding.
func names(id string, ref Ref) bool {
	named, err := ParseID(id)
	return err == nil && named == ref
}

// numberOf reads a global id of a type; 0 after noting that it is none.
func numberOf(p *problems, field, id, typeName string) int64 {
	ref, err := ParseID(id)
	if err != nil || ref.Type != typeName {
		p.add(field, "is not an id of type %s", typeName)
		p.status = 404
		return 0
	}
	return ref.Num
}

// find loads the entity of a global id for change; nil after noting that there is none.
func find[T any, P interface {
	*T
	Entity
}](u *unit, p *problems, field, id string) (*T, error) {
	num := numberOf(p, field, id, P(new(T)).Ref().Type)
	if num == 0 {
		return nil, nil
	}
	e, err := get[T, P](u, num)
	if errors.Is(err, ErrNotFound) {
		p.missing(field)
		return nil, nil
	}
	return e, err
}

// findOrNew loads what an upsert changes, or returns an empty entity where no id is given.
func findOrNew[T any, P interface {
	*T
	Entity
}](u *unit, p *problems, field string, id *string) (*T, error) {
	if id == nil {
		return new(T), nil
	}
	return find[T, P](u, p, field, *id)
}

// save stores an entity that is not stored yet.
func (u *unit) save(e Entity) error {
	if e.base().Num != 0 {
		return nil
	}
	return u.add(e)
}

// nextPosition is the place after the last of a kind's entities.
func nextPosition[T any](u *unit, position func(*T) int64, where ...Cond) (int64, error) {
	var rows []*T
	last := Query{Where: where, Sort: []Sort{{Column: "position", Desc: true}}, Limit: 1}
	if err := u.tx.Select(u.ctx, &rows, last); err != nil {
		return 0, fmt.Errorf("look for the last position: %w", err)
	}
	if len(rows) == 0 {
		return 0, nil
	}
	return position(rows[0]) + 1, nil
}

// exists reports whether any entity of a kind meets the conditions.
func exists[T any](u *unit, where ...Cond) (bool, error) {
	var rows []*T
	if err := u.tx.Select(u.ctx, &rows, Query{Where: where, Limit: 1}); err != nil {
		return false, fmt.Errorf("look whether any exists: %w", err)
	}
	return len(rows) > 0, nil
}

// peek reads the entity of a global id that the rules only look at, whoever may
// see it; nil after noting that there is none.
func peek[T any, P interface {
	*T
	Entity
}](u *unit, p *problems, field, id string) (*T, error) {
	num := numberOf(p, field, id, P(new(T)).Ref().Type)
	if num == 0 {
		return nil, nil
	}
	rows, err := look[T](u, Eq("id", num))
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", field, err)
	}
	if len(rows) == 0 {
		p.missing(field)
		return nil, nil
	}
	return rows[0], nil
}

// checkText refuses what is too long or what no database stores.
func checkText(p *problems, field, value string, limit int) {
	text(p, field, value, limit)
	if !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
		p.add(field, "can't hold NUL or broken characters")
	}
}

// checkName refuses a key or a name that is blank or too long.
func checkName(p *problems, field, value string) {
	if strings.TrimSpace(value) == "" {
		p.add(field, "can't be blank")
	}
	checkText(p, field, value, nameLimit)
}

// required sets a text that must be there: a creation gives it, an update cannot clear it.
func required(p *problems, field string, in Opt[string], dst *string, limit int) {
	if in.Set {
		*dst = in.Or("")
		checkText(p, field, *dst, limit)
	}
	if strings.TrimSpace(*dst) == "" {
		p.add(field, "can't be blank")
	}
}

// optional sets a text that may be missing; a blank one is none.
func optional(p *problems, field string, in Opt[string], dst **string, limit int) {
	checkText(p, field, in.Or(""), limit)
	setText(in, dst)
}

// setText sets a text that was checked; a blank one is none.
func setText(in Opt[string], dst **string) {
	if !in.Set {
		return
	}
	*dst = in.Value
	if strings.TrimSpace(in.Or("")) == "" {
		*dst = nil
	}
}

// atMost reports whether a list is short enough to be read.
func atMost(p *problems, field string, length, limit int) bool {
	if length > limit {
		p.add(field, "has too many entries: at most %d", limit)
	}
	return length <= limit
}

// texts sets a list of texts; null removes all.
func texts(p *problems, field string, in Opt[[]string], dst *[]string, limit int) {
	if !in.Set {
		return
	}
	*dst = in.Or(nil)
	if !atMost(p, field, len(*dst), listLimit) {
		return
	}
	for i, t := range *dst {
		if strings.TrimSpace(t) == "" {
			p.add(at(field, i), "can't be blank")
		}
		checkText(p, at(field, i), t, limit)
	}
}

// emailAddress refuses what is not one bare e-mail address.
func emailAddress(p *problems, field, value string) {
	parsed, err := mail.ParseAddress(value)
	if value != "" && (err != nil || parsed.Address != value) {
		p.add(field, `is not an e-mail address: write it as in "shop@example.com"`)
	}
}

// setFlag sets a switch that is either on or off; null leaves it.
func setFlag(in Opt[bool], dst *bool) { *dst = in.Or(*dst) }

// setCount sets a number of things; null leaves it.
func setCount(p *problems, field string, in Opt[int64], dst *int64) {
	*dst = in.Or(*dst)
	checkCount(p, field, *dst)
}

// optionalCount sets a number of things that may be unknown.
func optionalCount(p *problems, field string, in Opt[int64], dst **int64) {
	in.Into(dst)
	if *dst != nil {
		checkCount(p, field, **dst)
	}
}

// checkCount refuses what is negative, or does not fit the API's Int.
func checkCount(p *problems, field string, n int64) {
	if n < 0 || n > math.MaxInt32 {
		p.add(field, "must be between 0 and %d", math.MaxInt32)
	}
}

// Slug writes a name in lower case with hyphens, for use in URLs; letters and
// digits of any script stay.
func Slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
	if len(words) == 0 {
		return "-"
	}
	return strings.Join(words, "-")
}
