package store

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
)

// A cursor is base64 of the JSON list [order, value of each key…]: the place of
// one row in one order. It holds no more than the row shows, and stays valid
// whatever becomes of the row.

// orderName names an order within its cursors, as "title,-updated_at,-id".
func orderName(keys []key) string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.field.Name
		if k.desc {
			names[i] = "-" + names[i]
		}
	}
	return strings.Join(names, ",")
}

// appendPlace appends the place of a row, a struct, in an order: the JSON of its cursor.
func appendPlace(text []byte, row reflect.Value, order string, keys []key) ([]byte, error) {
	text = append(text, '[')
	text = strconv.AppendQuote(text, order)
	for _, k := range keys {
		text = append(text, ',')
		if k.field.IsPK {
			text = strconv.AppendInt(text, k.field.Value(row).Int(), 10)
			continue
		}
		value, err := json.Marshal(k.field.Value(row).Interface())
		if err != nil {
			return nil, err
		}
		text = append(text, value...)
	}
	return append(text, ']'), nil
}

// readCursor returns the values of the keys in a cursor, fit to be bound.
func readCursor(cursor string, keys []key) ([]any, error) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return nil, &CursorError{cursor, "is not one of this API"}
	}
	var items []json.RawMessage
	var order string
	if json.Unmarshal(raw, &items) != nil || len(items) == 0 || json.Unmarshal(items[0], &order) != nil {
		return nil, &CursorError{cursor, "is not one of this API"}
	}
	if order != orderName(keys) || len(items) != len(keys)+1 {
		return nil, &CursorError{cursor, "belongs to a list in another order"}
	}
	values := make([]any, len(keys))
	for i, k := range keys {
		if values[i], err = readKey(items[i+1], k); err != nil {
			return nil, &CursorError{cursor, "holds a value that does not fit: " + err.Error()}
		}
	}
	return values, nil
}

// readKey reads the value of one key, which is null only where the column can be.
func readKey(text json.RawMessage, k key) (any, error) {
	if string(text) == "null" && !k.nullable() {
		return nil, errors.New(k.field.Name + " is never null")
	}
	value := reflect.New(k.field.StructField.Type)
	if err := json.Unmarshal(text, value.Interface()); err != nil {
		return nil, err
	}
	return bindable(k.field.Name, value.Elem().Interface())
}
