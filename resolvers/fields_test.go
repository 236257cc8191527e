package resolvers_test

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"crier/graph"
	"crier/internal/viewer"
)

// TestEveryFieldOfSalesResolves reads each field of each type as its schema has
// it, so that a field cannot be added without being resolved.
func TestEveryFieldOfSalesResolves(t *testing.T) {
	t.Parallel()
	b := delivered(t)
	b.addRefund()
	b.queryAs(north, ids(`mutation { shipmentStatusCreate(input: { shipmentId: "Shipment-1", status: InTransit }) { status } }`))
	schema := graph.NewExecutableSchema(graph.Config{}).Schema()
	for _, v := range []viewer.Viewer{{}, north} {
		for _, name := range []string{
			"Order-1", "Invoice-1", "LineItem-1", "Shipment-1", "ShippedItem-1", "ShipmentStatus-1", "ShipmentCarrier-1", "Webhook-2", "WebhookEvent-4",
			"RefundRequest-1", "RefundRequestLineItem-1", "RefundRequestNote-2", "ReturnShipment-1", "ReturnShippedItem-1",
			"InvoiceAmendment-1", "InvoiceAmendmentLineItem-1",
		} {
			typeName, _, _ := strings.Cut(name, "-")
			selection := everyField(schema, schema.Types[typeName])
			a := b.run(v, ids(`{ node(id: "`+name+`") { ... on `+typeName+` { `+selection+` } } }`), nil)
			if len(a.Errors) > 0 {
				t.Errorf("%s as %+v: %v", name, v, a.Errors)
			}
			var got struct{ Node map[string]any }
			if a.read(&got); len(got.Node) != len(strings.Split(selection, "\n")) {
				t.Errorf("%s as %+v has %d fields, want %q", name, v, len(got.Node), selection)
			}
		}
	}
}

// everyField selects the fields of a type, each on a line, and of objects the type's name.
func everyField(schema *ast.Schema, definition *ast.Definition) string {
	var lines []string
	for _, f := range definition.Fields {
		if schema.Types[f.Type.Name()].IsCompositeType() {
			lines = append(lines, f.Name+" { __typename }")
		} else {
			lines = append(lines, f.Name)
		}
	}
	return strings.Join(lines, "\n")
}
