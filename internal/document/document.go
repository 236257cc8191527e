// Package document is the stored document of a webhook: it proves a subscriber's
// GraphQL text against the running schema, prepares it once and executes it as
// its owner, once for each event. The limits and the errors that clients may see
// are the same for documents and for requests over HTTP, so both come from here.
package document

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"crier/internal/filter"
)

// Options are what documents run with beside a schema.
type Options struct {
	// Limits default to DefaultLimits.
	Limits Limits
	// Context prepares the context of executions that may share what they load,
	// such as fresh loaders; the viewer is in it already. Nil leaves it as it is.
	Context func(context.Context) context.Context
}

// Documents checks, prepares and runs documents under one schema. It is safe for
// concurrent use. A schema without resolvers is enough to check and to cost.
type Documents struct {
	es       graphql.ExecutableSchema
	schema   *ast.Schema
	options  Options
	scopes   map[string]string
	queries  *cache[*ast.QueryDocument]
	prepared *cache[*Prepared]
	// filters are compiled filters.
	filters *cache[*filter.Filter]
	// schemas are the JSON Schemas of bodies.
	schemas *cache[json.RawMessage]
	// persisted are texts by their hash.
	persisted *cache[string]
}

// New returns the documents of a schema.
func New(es graphql.ExecutableSchema, options Options) *Documents {
	if options.Limits == (Limits{}) {
		options.Limits = DefaultLimits
	}
	if options.Context == nil {
		options.Context = func(ctx context.Context) context.Context { return ctx }
	}
	return &Documents{
		es:       es,
		schema:   es.Schema(),
		options:  options,
		scopes:   TypeScopes(es.Schema()),
		queries:  newCache[*ast.QueryDocument](cachedFields),
		prepared: newCache[*Prepared](cachedFields),
		filters:  newCache[*filter.Filter](filterBytes),
		schemas:  newCache[json.RawMessage](schemaBytes),

		persisted: newCache[string](persistedBytes),
	}
}

// Schema is the schema that documents are held to.
func (d *Documents) Schema() *ast.Schema { return d.schema }

// Limits are the limits that documents are held to.
func (d *Documents) Limits() Limits { return d.options.Limits }

// Fingerprint tells apart schemas and limits under which documents may be judged
// differently: a SHA-256 in hex.
func (d *Documents) Fingerprint() string {
	digest := sha256.New()
	formatter.NewFormatter(digest).FormatSchema(d.schema)
	fmt.Fprintf(digest, "%+v", d.options.Limits)
	return hex.EncodeToString(digest.Sum(nil))
}
