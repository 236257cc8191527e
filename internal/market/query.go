package market

// Query selects entities of one kind. The zero value selects all of them that
// the viewer may see, oldest first. Columns are the snake_case names of the
// entity's fields; "id" is its number.
type Query struct {
	Where []Cond
	// Sort orders the result; the number is always added as the last key.
	Sort []Sort
	// Limit bounds the rows; 0 is unlimited. With Per it bounds the rows of each group.
	Limit int
	// After and Before are cursors of a page under the same Sort; empty: none.
	After, Before string
	// FromEnd takes the last Limit rows instead of the first; the order of the result stays that of Sort.
	FromEnd bool
	// Per is a column; where it is set, Limit holds for each of its values apart.
	Per string
	// Deleted includes soft-deleted rows.
	Deleted bool
	// Lock keeps the rows from other transactions until this one ends.
	Lock bool
}

// Sort is one key of an order.
type Sort struct {
	Column string
	Desc   bool
}

// Op is how a condition compares.
type Op int

// The comparisons of Cond.
const (
	OpEq         Op = iota // equal; a nil value is "is null"
	OpNe                   // not equal; a nil value is "is not null"
	OpIn                   // one of a slice; an empty slice matches nothing
	OpGte                  // at or above
	OpLte                  // at or below
	OpGt                   // above
	OpLt                   // below
	OpContains             // text that contains the value, whatever its case
	OpEqualFold            // text equal to the value, whatever its case
	OpInQuery              // one of the values that a Sub selects
	OpNotInQuery           // none of the values that a Sub selects, which must hold no null
	OpAny                  // one of several conditions, in Any
)

// Cond is one condition on a row; the conditions of a Query must all hold.
type Cond struct {
	Column string
	Op     Op
	Value  any
	Sub    *Sub
	Any    [][]Cond
}

// Sub selects one column of another kind's rows, whoever may see them; deleted
// ones only where the Query includes them.
type Sub struct {
	Kind   string
	Column string
	Where  []Cond
}

// Eq holds where the column equals value, or is null where value is nil.
func Eq(column string, value any) Cond { return Cond{Column: column, Op: OpEq, Value: value} }

// Ne holds where the column differs from value, or is not null where value is nil.
func Ne(column string, value any) Cond { return Cond{Column: column, Op: OpNe, Value: value} }

// In holds where the column is one of values, a slice.
func In(column string, values any) Cond { return Cond{Column: column, Op: OpIn, Value: values} }

// Gte holds where the column is at or above value.
func Gte(column string, value any) Cond { return Cond{Column: column, Op: OpGte, Value: value} }

// Lte holds where the column is at or below value.
func Lte(column string, value any) Cond { return Cond{Column: column, Op: OpLte, Value: value} }

// Gt holds where the column is above value.
func Gt(column string, value any) Cond { return Cond{Column: column, Op: OpGt, Value: value} }

// Lt holds where the column is below value.
func Lt(column string, value any) Cond { return Cond{Column: column, Op: OpLt, Value: value} }

// Contains holds where the column has text within it, whatever the case.
func Contains(column, text string) Cond { return Cond{Column: column, Op: OpContains, Value: text} }

// EqualFold holds where the column is text, whatever the case.
func EqualFold(column, text string) Cond { return Cond{Column: column, Op: OpEqualFold, Value: text} }

// InQuery holds where the column is one of what sub selects.
func InQuery(column string, sub Sub) Cond { return Cond{Column: column, Op: OpInQuery, Sub: &sub} }

// NotInQuery holds where the column is none of what sub selects.
func NotInQuery(column string, sub Sub) Cond {
	return Cond{Column: column, Op: OpNotInQuery, Sub: &sub}
}

// Any holds where all conditions of at least one alternative hold; without any, never.
func Any(alternatives ...[]Cond) Cond { return Cond{Op: OpAny, Any: alternatives} }
