package store

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"crier/internal/market"
)

// bindable returns the form in which a value is stored: numbers, text, bytes,
// booleans and moments as they are, lists and maps as JSON text, nil pointers,
// lists and maps as NULL.
func bindable(column string, value any) (any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case time.Time:
		return moment(v), nil
	case []byte:
		if v == nil {
			return nil, nil
		}
		return v, nil
	case json.RawMessage:
		if v == nil {
			return nil, nil
		}
		return string(v), nil
	}
	return bindableKind(column, reflect.ValueOf(value))
}

func bindableKind(column string, v reflect.Value) (any, error) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil, nil
		}
		return bindable(column, v.Elem().Interface())
	case reflect.String:
		return v.String(), plainText(column, v.String())
	case reflect.Int, reflect.Int64:
		return v.Int(), nil
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.Float64:
		return v.Float(), nil
	case reflect.Slice, reflect.Map:
		return jsonText(v)
	}
	return nil, fmt.Errorf("%s: %s cannot be stored", column, v.Type())
}

// moment is a time in the form that both databases keep and compare: UTC, in microseconds.
func moment(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// plainText refuses what Postgres cannot store as text.
func plainText(column, text string) error {
	switch {
	case strings.IndexByte(text, 0) >= 0:
		return market.Refuse(column, "must not contain the null character")
	case !utf8.ValidString(text):
		return market.Refuse(column, "must be valid UTF-8")
	}
	return nil
}

func jsonText(v reflect.Value) (any, error) {
	if v.IsNil() {
		return nil, nil
	}
	text, err := json.Marshal(v.Interface())
	if err != nil {
		return nil, err
	}
	return string(text), nil
}
