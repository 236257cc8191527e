package resolvers

import (
	"encoding/json"
	"errors"
	"fmt"

	"crier/internal/document"
	"crier/internal/market"
)

// payloadSchema is the JSON Schema of what a webhook sends. That of a document
// which no longer fits the schema lets nothing pass: nothing is sent.
func (r *Resolver) payloadSchema(w *market.Webhook) (json.RawMessage, error) {
	typeName, _ := market.TypeOfClass(w.Type)
	schema, err := r.Documents.PayloadSchema(typeName, w.Document(), w.Format, w.Events())
	var refused *document.Refused
	if errors.As(err, &refused) {
		return json.Marshal(map[string]any{"$schema": document.JSONSchemaDialect, "description": refused.Error(), "not": struct{}{}})
	}
	if err != nil {
		return nil, fmt.Errorf("describe the bodies of %s: %w", w.ID(), err)
	}
	return schema, nil
}
