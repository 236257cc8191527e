package market

// Opt is a field of an update: absent (the zero value), null, or a value.
type Opt[T any] struct {
	Set   bool
	Value *T
}

// Some returns a field that is set to v.
func Some[T any](v T) Opt[T] { return Opt[T]{Set: true, Value: &v} }

// Null returns a field that is set to null.
func Null[T any]() Opt[T] { return Opt[T]{Set: true} }

// IsNull reports whether the field is set to null.
func (o Opt[T]) IsNull() bool { return o.Set && o.Value == nil }

// Into stores the field in a nullable attribute: absent leaves it, null clears it.
func (o Opt[T]) Into(dst **T) {
	if o.Set {
		*dst = o.Value
	}
}

// Or returns the value, or fallback where there is none.
func (o Opt[T]) Or(fallback T) T {
	if o.Value == nil {
		return fallback
	}
	return *o.Value
}
