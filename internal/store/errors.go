package store

import (
	"fmt"
	"strings"

	"crier/internal/market"
)

// DuplicateError says that a unique constraint refused a row. The rules check
// before they insert, so it comes only of two transactions at the same moment.
type DuplicateError struct {
	// Constraint is "table(column, column)".
	Constraint string
}

// Error names the constraint.
func (e *DuplicateError) Error() string { return "duplicate value of " + e.Constraint }

// Unwrap is the refusal that a client gets, for the constraint's last column:
// those before it say within what the value is unique.
func (e *DuplicateError) Unwrap() error {
	_, columns, _ := strings.Cut(strings.TrimSuffix(e.Constraint, ")"), "(")
	column := columns[strings.LastIndexByte(columns, ' ')+1:]
	return conflict(column, "is already taken")
}

// ReferenceError says that a row refers to one that does not exist, or that a
// deleted row is still referred to. As with DuplicateError, the rules refuse
// this themselves unless two transactions meet.
type ReferenceError struct {
	// Constraint is the constraint's name, "" where the database does not tell.
	Constraint string
}

// Error names the constraint.
func (e *ReferenceError) Error() string {
	return strings.TrimSpace("broken reference " + e.Constraint)
}

// Unwrap is the refusal that a client gets.
func (e *ReferenceError) Unwrap() error {
	return conflict("base", "refers to something that was just deleted, or is still referred to")
}

func conflict(field, message string) error {
	return &market.Invalid{Status: 409, Fields: []market.FieldError{{Field: field, Messages: []string{message}}}}
}

// CursorError refuses a cursor of a page.
type CursorError struct {
	Cursor string
	Reason string
}

// Error tells the client what is wrong with the cursor.
func (e *CursorError) Error() string { return fmt.Sprintf("the cursor %q %s", e.Cursor, e.Reason) }

// BadInput marks the error as one whose message clients see.
func (e *CursorError) BadInput() string { return e.Error() }

// ColumnError says that a query names a column that the kind does not have:
// a mistake of the program, never of a client.
type ColumnError struct {
	Kind, Column string
}

// Error names the kind and the column.
func (e *ColumnError) Error() string { return fmt.Sprintf("%s has no column %q", e.Kind, e.Column) }

// KindError says that a query names no kind that is stored.
type KindError struct {
	Kind string
}

// Error names the kind.
func (e *KindError) Error() string { return fmt.Sprintf("no kind %q is stored", e.Kind) }
