package stream

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Entry is one committed change, as the public stream carries it.
type Entry struct {
	// ID identifies the change; an entry that appears twice has the same.
	ID string
	// Sequence grows over the whole marketplace in the order of the commits.
	Sequence int64
	// Type is the class of the subject, for example "ADVERT".
	Type string
	// Action is what happened to the subject: create, update or destroy.
	Action string
	// Subject is the global id of the entity that changed.
	Subject string
	// Seller is the global id of the seller it belongs to, or empty.
	Seller string
	// Changed names the fields that changed; names contain no comma.
	Changed []string
	// Actor says who made the change.
	Actor string
	// At is the time of the commit.
	At time.Time
	// Traceparent is the W3C trace context of the mutation, or empty.
	Traceparent string
}

// Names of the fields of an entry: a public contract, in its order.
const (
	fieldID          = "id"
	fieldSequence    = "sequence"
	fieldType        = "type"
	fieldAction      = "action"
	fieldSubject     = "subject"
	fieldSeller      = "seller"
	fieldChanged     = "changed"
	fieldActor       = "actor"
	fieldAt          = "at"
	fieldTraceparent = "traceparent"
)

// Fields returns names and values by turns, as an entry of the public stream has
// them (contract/wire.md, "The change stream"). The time is in UTC.
func (e Entry) Fields() []string {
	return []string{
		fieldID, e.ID,
		fieldSequence, strconv.FormatInt(e.Sequence, 10),
		fieldType, e.Type,
		fieldAction, e.Action,
		fieldSubject, e.Subject,
		fieldSeller, e.Seller,
		fieldChanged, strings.Join(e.Changed, ","),
		fieldActor, e.Actor,
		fieldAt, e.At.UTC().Format(time.RFC3339Nano),
		fieldTraceparent, e.Traceparent,
	}
}

// DecodeError says why an entry of a stream cannot be understood.
type DecodeError struct {
	// Field is the name of the field that is missing or malformed.
	Field string
	// Err is the cause.
	Err error
}

// Error implements error.
func (e *DecodeError) Error() string { return fmt.Sprintf("field %q: %v", e.Field, e.Err) }

// Unwrap returns the cause.
func (e *DecodeError) Unwrap() error { return e.Err }

// errMissing is the cause of a DecodeError where a field must not be empty.
var errMissing = errors.New("missing or empty")

// ParseEntry is the reverse of Fields. Fields it does not know are ignored, so
// that later versions may add some; seller, changed, actor and traceparent may be
// missing. The error is a [*DecodeError].
func ParseEntry(fields map[string]string) (Entry, error) {
	for _, name := range []string{fieldID, fieldSequence, fieldType, fieldAction, fieldSubject, fieldAt} {
		if fields[name] == "" {
			return Entry{}, &DecodeError{name, errMissing}
		}
	}
	sequence, err := strconv.ParseInt(fields[fieldSequence], 10, 64)
	if err != nil {
		return Entry{}, &DecodeError{fieldSequence, err}
	}
	at, err := time.Parse(time.RFC3339Nano, fields[fieldAt])
	if err != nil {
		return Entry{}, &DecodeError{fieldAt, err}
	}
	e := Entry{
		ID: fields[fieldID], Sequence: sequence, Type: fields[fieldType], Action: fields[fieldAction],
		Subject: fields[fieldSubject], Seller: fields[fieldSeller], Actor: fields[fieldActor],
		At: at.UTC(), Traceparent: fields[fieldTraceparent],
	}
	if changed := fields[fieldChanged]; changed != "" {
		e.Changed = strings.Split(changed, ",")
	}
	return e, nil
}
