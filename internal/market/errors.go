package market

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNotFound says that no such entity exists for the one who asks: it may not
// exist, or belong to another seller; the two are never told apart.
var ErrNotFound = errors.New("not found")

// FieldError is what is wrong with one field of an input.
type FieldError struct {
	// Field is the snake_case path into the input, such as "variants.0.sku".
	Field    string
	Messages []string
}

// Invalid refuses an input: nothing of it was stored.
type Invalid struct {
	// Status is an HTTP-like code: 403, 404, 409 or 422.
	Status int
	Fields []FieldError
	// Document holds the details where the refusal is about a webhook's document.
	Document []DocumentError
}

// Error lists every field with its messages.
func (e *Invalid) Error() string {
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = f.Field + " " + strings.Join(f.Messages, ", ")
	}
	return "invalid input: " + strings.Join(parts, "; ")
}

// Missing refuses an input because the entity that field names does not exist for the actor.
func Missing(field string) error {
	return &Invalid{Status: 404, Fields: []FieldError{{Field: field, Messages: []string{"was not found"}}}}
}

// notFoundAs turns ErrNotFound into a refusal on field; other errors stay.
func notFoundAs(field string, err error) error {
	if errors.Is(err, ErrNotFound) {
		return Missing(field)
	}
	return err
}

// Refuse refuses an input because of one field, with status 422.
func Refuse(field, format string, args ...any) error {
	return &Invalid{Status: 422, Fields: []FieldError{{Field: field, Messages: []string{fmt.Sprintf(format, args...)}}}}
}

// problems collects what is wrong with an input, field by field, so that a
// client learns all of it at once. The zero value is ready.
type problems struct {
	fields []FieldError
	// places are those of the fields among them, so that a long list of mistakes is not searched for each.
	places map[string]int
	status int
}

// add notes one problem of a field.
func (p *problems) add(field, format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	if i, noted := p.places[field]; noted {
		p.fields[i].Messages = append(p.fields[i].Messages, message)
		return
	}
	if p.places == nil {
		p.places = map[string]int{}
	}
	p.places[field] = len(p.fields)
	p.fields = append(p.fields, FieldError{Field: field, Messages: []string{message}})
}

// missing notes that what field names does not exist for the actor.
func (p *problems) missing(field string) {
	p.add(field, "was not found")
	p.status = 404
}

// err returns the refusal, or nil where nothing was noted.
func (p *problems) err() error {
	if len(p.fields) == 0 {
		return nil
	}
	status := 422
	if p.status != 0 && len(p.fields) == 1 {
		status = p.status
	}
	return &Invalid{Status: status, Fields: p.fields}
}
