package main_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// contractPath is the sheet of names and types that Marketplacer's clients rely on.
const contractPath = "../shared/contract/marketplacer.md"

// different are the places where the schema differs from the sheet on purpose.
var different = map[string]string{
	"WebhookKlassEnum.REMITTANCE_ADVICE":  "out of scope: wire.md has the final list of classes",
	"WebhookKlassEnum.INVOICE_ANNOTATION": "out of scope: wire.md has the final list of classes",
	"WebhookKlassEnum.COMMISSION_PACKAGE": "out of scope: wire.md has the final list of classes",
	"WebhookKlassEnum.SHIPPING_OPTION":    "out of scope: wire.md has the final list of classes",
	"WebhookKlassEnum.PROMOTION":          "out of scope: wire.md has the final list of classes",
}

// expectation is one thing that the sheet names: a type, a field, an argument, a value.
type expectation struct {
	what string // "Advert.variants(first:)"
	want string // "Int", or the kind of a type
	got  func(*ast.Schema) string
}

// TestTheSchemaHasTheWholeContract compares the schema with the sheet, name by
// name; every type is compared as it is written, nullability included.
func TestTheSchemaHasTheWholeContract(t *testing.T) {
	t.Parallel()
	s := schema()
	sheet := contract(t)
	present, used := 0, map[string]bool{}
	for _, e := range sheet {
		reason, excused := different[e.what]
		switch got := e.got(s); {
		case got == e.want && excused:
			t.Errorf("%s is as in the contract, and listed as different: %s", e.what, reason)
		case got == e.want:
			present++
		case excused:
			used[e.what] = true
		default:
			t.Errorf("%s is %q, and %q in the contract", e.what, got, e.want)
		}
	}
	for what := range different {
		if !used[what] {
			t.Errorf("%s is listed as different, and the contract has no such thing", what)
		}
	}
	t.Logf("%d of %d present with the same type, %d different on purpose", present, len(sheet), len(used))
	if len(sheet) < 1879 {
		t.Errorf("only %d things were read from the contract", len(sheet))
	}
}

// contract reads everything that the sheet names.
func contract(t *testing.T) []expectation {
	t.Helper()
	text, err := os.ReadFile(contractPath)
	if err != nil {
		t.Skipf("the contract is not beside the project: %v", err)
	}
	var found []expectation
	for i, block := range strings.Split(string(text), "```") {
		if i%2 == 1 {
			found = append(found, readBlock(strings.TrimPrefix(block, "text\n"))...)
		}
	}
	return found
}

var (
	fieldLine = regexp.MustCompile(`^(\w+)(?:\((.*)\))?: (\S+)(  \(deprecated\))?$`)
	argument  = regexp.MustCompile(`(\w+): ([^,]+)`)
)

// readBlock reads one block of the sheet.
func readBlock(block string) []expectation {
	var found []expectation
	owner := ""
	for line := range strings.Lines(block) {
		line = strings.TrimRight(line, "\n")
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
		case strings.HasPrefix(line, "  "):
			found = append(found, fieldExpectations(owner, strings.TrimSpace(line))...)
		case words[0] == "type" || words[0] == "input":
			owner = words[1]
			found = append(found, typeExpectations(words)...)
		case words[0] == "enum":
			found = append(found, enumExpectations(strings.TrimSuffix(words[1], ":"), words[2:])...)
		case words[0] == "union":
			found = append(found, unionExpectation(words[1], strings.Split(strings.Join(words[3:], ""), "|")))
		case words[0] == "query":
			found = append(found, fieldExpectations("Query", strings.Join(words[1:], " "))...)
		case words[0] == "mutation":
			found = append(found, fieldExpectations("Mutation", strings.Join(words[1:], " "))...)
			found = append(found, payloadExpectations(words)...)
		default:
			found = append(found, connectionExpectations(words[0], words[2])...)
		}
	}
	return found
}

func typeExpectations(words []string) []expectation {
	name, kind := words[1], map[string]string{"type": "OBJECT", "input": "INPUT_OBJECT"}[words[0]]
	found := []expectation{kindExpectation(name, kind)}
	if len(words) == 4 {
		found = append(found, expectation{name + " implements Node", "true", func(s *ast.Schema) string {
			d := s.Types[name]
			return yesNo(d != nil && slices.Contains(d.Interfaces, words[3]))
		}})
	}
	return found
}

func kindExpectation(name, kind string) expectation {
	return expectation{name, kind, func(s *ast.Schema) string {
		if d := s.Types[name]; d != nil {
			return string(d.Kind)
		}
		return "missing"
	}}
}

func yesNo(yes bool) string {
	if yes {
		return "true"
	}
	return "false"
}

func enumExpectations(name string, values []string) []expectation {
	found := []expectation{kindExpectation(name, "ENUM")}
	for _, v := range values {
		found = append(found, expectation{name + "." + v, "true", func(s *ast.Schema) string {
			d := s.Types[name]
			return yesNo(d != nil && d.EnumValues.ForName(v) != nil)
		}})
	}
	return found
}

func unionExpectation(name string, members []string) expectation {
	slices.Sort(members)
	return expectation{name, strings.Join(members, " | "), func(s *ast.Schema) string {
		if s.Types[name] == nil {
			return "missing"
		}
		return strings.Join(slices.Sorted(slices.Values(s.Types[name].Types)), " | ")
	}}
}

// fieldExpectations are those of a line "name(args): Type  (deprecated)".
func fieldExpectations(owner, line string) []expectation {
	m := fieldLine.FindStringSubmatch(line)
	if m == nil {
		return []expectation{{owner + ": " + line, "a line that can be read", func(*ast.Schema) string { return "none" }}}
	}
	name, path := m[1], owner+"."+m[1]
	found := []expectation{{path, m[3], fieldOf(owner, name, func(f *ast.FieldDefinition) string { return f.Type.String() })}}
	if m[4] != "" {
		found = append(found, expectation{path + " deprecated", "true", fieldOf(owner, name, func(f *ast.FieldDefinition) string {
			return yesNo(f.Directives.ForName("deprecated") != nil)
		})})
	}
	for _, a := range argument.FindAllStringSubmatch(m[2], -1) {
		found = append(found, expectation{path + "(" + a[1] + ":)", a[2], fieldOf(owner, name, func(f *ast.FieldDefinition) string {
			if d := f.Arguments.ForName(a[1]); d != nil {
				return d.Type.String()
			}
			return "missing"
		})})
	}
	return found
}

func fieldOf(owner, name string, show func(*ast.FieldDefinition) string) func(*ast.Schema) string {
	return func(s *ast.Schema) string {
		d := s.Types[owner]
		if d == nil || d.Fields.ForName(name) == nil {
			return "missing"
		}
		return show(d.Fields.ForName(name))
	}
}

// changes are the entities that mutations change, and the fields of the
// payloads that show them, in the sheet's own words.
var changes = map[string]string{
	"advertDelete": "advert: Advert", "advertPublishedUpdate": "advert: Advert", "advertUpsert": "advert: Advert",
	"externalIdUpsert": "externalId: ExternalID", "invoiceAmendmentCreate": "invoiceAmendment: InvoiceAmendment",
	"marketplacerApiKeyCreate": "marketplacerApiKey: MarketplacerAPIKey", "metadataUpsert": "metadata: Metadatum",
	"optionTypeCreateOrUpdate": "optionType: OptionType", "optionValueCreateOrUpdate": "optionValue: OptionValue",
	"orderCreate": "order: Order", "orderUpdate": "order: Order", "prototypeCreateOrUpdate": "prototype: Prototype",
	"refundRequestApprove": "refundRequest: RefundRequest", "refundRequestCreate": "refundRequest: RefundRequest",
	"refundRequestDeny": "refundRequest: RefundRequest", "refundRequestRefund": "refundRequest: RefundRequest",
	"refundRequestReturn": "refundRequest: RefundRequest", "returnShipmentCreate": "shipment: ReturnShipment",
	"sellerCreate": "seller: Seller", "sellerUpdate": "seller: Seller", "shipmentCreate": "shipment: Shipment",
	"shipmentStatusCreate": "shipmentStatus: ShipmentStatus", "shipmentUpdate": "shipment: Shipment",
	"taxonCreateOrUpdate": "taxon: Taxon", "variantDelete": "variant: Variant", "variantUpdate": "variant: Variant",
	"webhookCreate": "webhook: Webhook", "webhookUpdate": "webhook: Webhook",
}

// payloadExpectations are what the sheet says of every mutation's payload.
func payloadExpectations(words []string) []expectation {
	name, _, _ := strings.Cut(words[1], "(")
	payload := words[len(words)-1]
	var found []expectation
	for _, field := range []string{"clientMutationId: String", "errors: [ValidationError!]", "status: Int!", changes[name]} {
		found = append(found, fieldExpectations(payload, field)...)
	}
	return found
}

// connectionExpectations are those of a page of nodes, and of its edges.
func connectionExpectations(name, node string) []expectation {
	found := []expectation{kindExpectation(name, "OBJECT")}
	for field, want := range map[string]string{
		"edges": "[" + node + "Edge]", "nodes": "[" + node + "]", "pageInfo": "PageInfo!", "totalCount": "Int!",
	} {
		found = append(found, fieldExpectations(name, field+": "+want)...)
	}
	found = append(found, fieldExpectations(node+"Edge", "cursor: String!")...)
	return append(found, fieldExpectations(node+"Edge", "node: "+node)...)
}
