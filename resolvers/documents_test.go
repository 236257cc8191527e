package resolvers_test

import (
	"encoding/json"
	"strings"
	"testing"

	"crier/graph"
	"crier/internal/document"
	"crier/internal/market"
)

func TestPayloadSchemaOfAWebhook(t *testing.T) {
	t.Parallel()
	b := registry(t)
	b.query(`mutation { webhookCreate(input: { attributes: {
		type: INVOICE, url: "https://shop.example/hook", eventNames: [CREATE], format: STANDARD, queryString: "query($id: ID!) { node(id: $id) { ... on Invoice { legacyId } } }"
	} }) { status } }`)
	var got struct {
		Node struct {
			PayloadSchema struct {
				Properties struct {
					Type struct{ Enum []string }
				}
				Defs map[string]json.RawMessage `json:"$defs"`
			}
		}
	}
	b.query(ids(`{ node(id: "Webhook-1") { ... on Webhook { payloadSchema } } }`)).read(&got)
	if types := strings.Join(got.Node.PayloadSchema.Properties.Type.Enum, " "); types != "invoice.created ping invoice.updated" {
		t.Errorf("the types of its events are %q", types)
	}
	if got.Node.PayloadSchema.Defs["Invoice"] == nil {
		t.Errorf("the invoice is not defined: %v", got.Node.PayloadSchema.Defs)
	}
}

func TestPayloadSchemaOfADocumentThatFitsNoMoreLetsNothingPass(t *testing.T) {
	t.Parallel()
	b := registry(t) // its check of documents does not know the schema
	b.query(`mutation { webhookCreate(input: { attributes: { type: INVOICE, url: "https://shop.example/hook", queryString: "query($id: ID!) { node(id: $id) { gone } }" } }) { status } }`)
	var got struct {
		Node struct {
			PayloadSchema struct {
				Description string
				Not         *struct{}
			}
		}
	}
	b.query(ids(`{ node(id: "Webhook-1") { ... on Webhook { payloadSchema } } }`)).read(&got)
	if s := got.Node.PayloadSchema; s.Not == nil || !strings.Contains(s.Description, "gone") {
		t.Errorf("its schema is %+v", s)
	}
}

func TestDocumentWarnings(t *testing.T) {
	t.Parallel()
	b := trade(t, market.Options{Documents: document.New(graph.NewExecutableSchema(graph.Config{}), document.Options{})})
	b.query(`mutation { webhookCreate(input: { attributes: { type: INVOICE, url: "https://shop.example/hook", queryString: "query($id: ID!) { node(id: $id) { id } }" } })
		{ status documentErrors { rule } documentWarnings { rule line column path } } }`).
		is(`{"webhookCreate": {"status": 200, "documentErrors": null, "documentWarnings": [{"rule": "TypenameNotSelected", "line": 1, "column": 19, "path": ["node"]}]}}`)
	update := func(attributes string) answer {
		return b.query(ids(`mutation { webhookUpdate(input: { webhookId: "Webhook-1", attributes: { ` + attributes + ` } }) { status errors { field messages } documentWarnings { rule } } }`))
	}
	update(`queryString: "query($id: ID!) { node(id: $id) { __typename } }"`).
		is(`{"webhookUpdate": {"status": 200, "errors": null, "documentWarnings": [{"rule": "IDNotSelected"}]}}`)
	update(`name: "x"`).is(`{"webhookUpdate": {"status": 200, "errors": null, "documentWarnings": null}}`)
	update(`filter: "data.node.id == 'x'"`).
		is(`{"webhookUpdate": {"status": 422, "errors": [{"field": "filter", "messages": ["line 1, column 10: undefined field 'id' (FilterType)"]}], "documentWarnings": null}}`)
	update(`filter: "data.node.__typename == 'Invoice'"`).is(`{"webhookUpdate": {"status": 200, "errors": null, "documentWarnings": null}}`)
}
