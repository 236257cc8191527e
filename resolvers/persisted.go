package resolvers

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/document"
	"crier/internal/viewer"
)

// persistedQuery is the extension by which a request names its document by a
// hash. gqlgen has one too, which remembers texts before anything checked them.
const persistedQuery = "persistedQuery"

// named reports whether a request names its document by a hash.
func named(params *graphql.RawParams) bool { return params.Extensions[persistedQuery] != nil }

// recall puts the text of a request that names its document in its place, and
// returns the hash; "" where there is none.
func (e *executor) recall(params *graphql.RawParams) (hash string, refused *gqlerror.Error) {
	if !named(params) {
		return "", nil
	}
	extension, _ := params.Extensions[persistedQuery].(map[string]any)
	hash, _ = extension["sha256Hash"].(string)
	switch {
	case fmt.Sprint(extension["version"]) != "1":
		return "", document.Errorf(document.CodeBadUserInput, `extensions.persistedQuery needs "version": 1, the only one that there is`)
	case hash == "":
		return "", document.Errorf(document.CodeBadUserInput, "extensions.persistedQuery.sha256Hash is missing")
	case params.Query == "":
		text, found := e.documents.Persisted(hash)
		if !found {
			return "", document.Errorf(document.CodePersistedQueryNotFound, "PersistedQueryNotFound")
		}
		params.Query = text
	case document.Hash(params.Query) != hash:
		return "", document.Errorf(document.CodeBadUserInput, "extensions.persistedQuery.sha256Hash is not the SHA-256 of query in lower-case hex")
	}
	return hash, nil
}

// remember keeps a document that was accepted under its hash. Without a key nothing is kept.
func (e *executor) remember(ctx context.Context, hash, text string) {
	if _, known := viewer.FromContext(ctx); known && hash != "" {
		e.documents.Persist(hash, text)
	}
}
