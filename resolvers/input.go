package resolvers

import (
	"github.com/99designs/gqlgen/graphql"

	"crier/graph"
	"crier/internal/market"
)

// opt turns a field of an input into the market's form: absent, null or a value.
func opt[T any](field graphql.Omittable[*T]) market.Opt[T] {
	value, set := field.ValueOK()
	return market.Opt[T]{Set: set, Value: value}
}

// optAs is opt for a value that the market has another type for.
func optAs[From, To any](field graphql.Omittable[*From], convert func(From) To) market.Opt[To] {
	value, set := field.ValueOK()
	if value == nil {
		return market.Opt[To]{Set: set}
	}
	return market.Some(convert(*value))
}

// optInt is opt for a whole number.
func optInt(field graphql.Omittable[*int]) market.Opt[int64] {
	return optAs(field, func(n int) int64 { return int64(n) })
}

// optList is opt for a list.
func optList[T any](field graphql.Omittable[[]T]) market.Opt[[]T] {
	values, set := field.ValueOK()
	if values == nil {
		return market.Opt[[]T]{Set: set}
	}
	return market.Some(values)
}

// optEach is opt for a list of inputs.
func optEach[From, To any](field graphql.Omittable[[]*From], convert func(*From) To) market.Opt[[]To] {
	values, set := field.ValueOK()
	if values == nil {
		return market.Opt[[]To]{Set: set}
	}
	return market.Some(each(values, convert))
}

// each converts every item of a list; it is never nil.
func each[From, To any](items []From, convert func(From) To) []To {
	out := make([]To, len(items))
	for i, item := range items {
		out[i] = convert(item)
	}
	return out
}

// pair is a key with the value to set, or nil to remove it.
func pair(in *graph.KeyValueInput) market.Pair {
	return market.Pair{Key: in.Key, Value: in.Value.Value()}
}

// pairs are the entries of external ids or metadata to merge.
func pairs(field graphql.Omittable[[]*graph.KeyValueInput]) []market.Pair {
	return each(field.Value(), pair)
}

// deref is the value of an argument, or the zero value where it was not given.
func deref[T any](value *T) T {
	if value == nil {
		var none T
		return none
	}
	return *value
}
