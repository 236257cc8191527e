package market

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// Ref names one entity: its type, as the schema spells it, and its number
// within that type.
type Ref struct {
	Type string
	Num  int64
}

// ID returns the opaque global id of the API: base64 of "Type-number".
func (r Ref) ID() string {
	return base64.StdEncoding.EncodeToString([]byte(r.String()))
}

// String returns "Type-number", for logs.
func (r Ref) String() string {
	return r.Type + "-" + strconv.FormatInt(r.Num, 10)
}

// IsZero reports whether r names nothing.
func (r Ref) IsZero() bool { return r.Num == 0 }

// ParseID reads a global id. Ids without padding are accepted, since some
// clients strip it. An error says that the text is not an id; whether the
// entity exists is for the store to say.
func ParseID(id string) (Ref, error) {
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(id, "="))
	if err != nil {
		return Ref{}, fmt.Errorf("%q is not an id of this API", id)
	}
	kind, digits, found := strings.Cut(string(raw), "-")
	num, err := strconv.ParseInt(digits, 10, 64)
	if !found || err != nil || num <= 0 || kind == "" || digits[0] == '0' || digits[0] == '+' {
		return Ref{}, fmt.Errorf("%q is not an id of this API", id)
	}
	return Ref{Type: kind, Num: num}, nil
}
