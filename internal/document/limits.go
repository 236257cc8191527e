package document

import "time"

// Limits bound one document and one execution of it. One value serves requests
// over HTTP and the documents of webhooks (contract marketplacer.md, Limits).
type Limits struct {
	// DocumentBytes bounds the text. Values belong into variables; what is left
	// is the shape of an answer, and no shape needs more.
	DocumentBytes int
	// Tokens bounds the parser's work and memory. It leaves room for an alias, a
	// colon, a name and a brace for each of the Fields.
	Tokens int
	// Depth bounds how deep fields nest. Fragments add no depth of their own.
	Depth int
	// Fields bounds the selected fields once every fragment is in its place,
	// which is what stops a small text that unfolds without end.
	Fields int
	// Work bounds the steps of validating, some 0.1 µs each: fragments that spread one
	// another, and a response name selected many times in one place, add up by the square.
	Work int
	// Complexity bounds the static cost, page size × children, that Cost computes:
	// a published client nests children(first: 10) four deep under first: 100.
	Complexity int
	// MaxObjects bounds the objects that one execution resolves, whatever the static cost.
	MaxObjects int
	// Introspection allows __schema and __type over HTTP; documents never have them.
	Introspection bool
	// Timeout bounds one execution: what takes longer holds connections that others need.
	Timeout time.Duration
}

// DefaultLimits are the limits of the contract.
var DefaultLimits = Limits{
	DocumentBytes: 64 << 10,
	Tokens:        40_000,
	Depth:         30,
	Fields:        10_000,
	Work:          500_000,
	Complexity:    10_000_000,
	MaxObjects:    100_000,
	Introspection: true,
	Timeout:       30 * time.Second,
}

// maxErrors is how many errors one document reports. A person mends the first
// few, and the suggestions in each cost more than finding it.
const maxErrors = 20

// cachedFields bounds a cache of documents by the fields in them: at some 300
// bytes a field it holds 60 MB at the very most, and thousands of usual documents.
const cachedFields = 200_000
