package filter_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"crier/internal/filter"
)

// The types of the tests: an invoice with a bit of everything.
var (
	text    = &filter.Type{Kind: filter.String}
	maybe   = &filter.Type{Kind: filter.String, Nullable: true}
	status  = &filter.Type{Kind: filter.String, Nullable: true, Name: "StatusEnum", Values: []string{"OPEN", "PAID"}}
	decimal = &filter.Type{Kind: filter.String, Nullable: true}
	line    = &filter.Type{Kind: filter.Object, Name: "LineItem", Fields: map[string]*filter.Type{"sku": maybe, "quantity": {Kind: filter.Int}, "flags": {Kind: filter.List, Elem: status, Most: 10}}}
	buyer   = &filter.Type{Kind: filter.Object, Nullable: true, Name: "Buyer", Fields: map[string]*filter.Type{"name": maybe, "vip": {Kind: filter.Bool, Nullable: true}}}
	invoice = &filter.Type{Kind: filter.Object, Nullable: true, Name: "Invoice", Fields: map[string]*filter.Type{
		"id": text, "status": status, "total": decimal, "count": {Kind: filter.Int, Nullable: true}, "rate": {Kind: filter.Double, Nullable: true},
		"buyer": buyer, "lines": {Kind: filter.List, Nullable: true, Elem: line, Most: 50}, "meta": {Kind: filter.Any, Nullable: true}, "paid": {Kind: filter.Bool, Nullable: true},
		"flags": {Kind: filter.List, Nullable: true, Elem: status, Most: 10}, "createdAt": text,
	}}
	scope = filter.Scope{
		Data:  &filter.Type{Kind: filter.Object, Nullable: true, Name: "Query", Fields: map[string]*filter.Type{"node": invoice}},
		Class: "Invoice", Changed: []string{"id", "status", "total", "lines"}, Events: []string{"create", "update", "destroy"},
	}
)

// verdict writes problems as "Rule line:column", in their order.
func verdict(problems []filter.Problem) string {
	var parts []string
	for _, p := range problems {
		part := p.Rule
		if p.Line > 0 {
			part += fmt.Sprintf(" %d:%d", p.Line, p.Column)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

func TestFiltersAreChecked(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{`true`, ""},
		{`eventName == "create"`, ""},
		{`eventName != "destroy" || "status" in changed`, ""},
		{`data.node.status == "PAID"`, ""},
		{`"PAID" == data.node.status`, ""},
		{`data.node.status in ["PAID", "OPEN"]`, ""},
		{`data.node.status == null`, ""},
		{`data.node == null`, ""},
		{`data == null`, ""},
		{`data.node.buyer != null && data.node.buyer.vip`, ""},
		{`data.node.paid`, ""},
		{`!data.node.paid`, ""},
		{`has(data.node.buyer)`, ""},
		{`double(data.node.total) > 100.0`, ""},
		{`double(data.node.total) > 100`, ""},
		{`data.node.count > 1.5`, ""},
		{`data.node.count + 1 == 3`, ""},
		{`data.node.rate * 2.0 >= 1.0`, ""},
		{`data.node.lines.exists(l, l.sku.startsWith("A") && l.quantity > 1)`, ""},
		{`data.node.lines.all(l, l.flags.exists(f, f == "PAID"))`, ""},
		{`size(data.node.lines) > 3`, ""},
		{`data.node.lines.filter(l, l.quantity > 1).size() > 1`, ""},
		{`data.node.lines.map(l, l.quantity).exists(q, q > 4)`, ""},
		{`data.node.lines[0].sku == "A"`, ""},
		{`data.node.meta.colour == "red"`, ""},
		{`data.node.meta["a b"].size > 3`, ""},
		{`data.node.createdAt > "2026"`, ""},
		{`timestamp(data.node.createdAt) > timestamp("2026-01-01T00:00:00Z")`, ""},
		{`data.node.id.matches("^[a-z]+$")`, ""},
		{`changed.exists(c, c == "status")`, ""},
		{`changed.exists(c, c in ["status", "total"])`, ""},
		{`changed == ["status"]`, ""},
		{`size(changed) == 1 && changed[0] == "status"`, ""},
		{"data.node.status\n  == 'PAID' // only paid ones", ""},
		{`(data.node.paid ? data.node.status : data.node.id) == "PAID"`, ""},
		{`changed.exists(data, data == "status")`, ""},

		{``, "FilterSyntax 1:1"},
		{` `, "FilterSyntax 1:2"},
		{`data.node.status = "PAID"`, "FilterSyntax 1:18, FilterSyntax 1:20"},
		{`data.node.status == "PAID`, "FilterSyntax 1:21, FilterSyntax 1:26"},
		{"true &&\n  (false", "FilterSyntax 2:9"},
		{`🦄`, "FilterSyntax 1:1, FilterSyntax 1:2"},
		{strings.Repeat("(", 200) + "true" + strings.Repeat(")", 200), "FilterSyntax 1:1"},
		{"1 ==\n 1" + strings.Repeat("- ", 300) + "1", "FilterSyntax 2:3"},
		{strings.Repeat("a", 4097), "FilterSize 1:4097"},
		{strings.Repeat("ü\n", 2048) + "true", "FilterSize 2049:1"},

		{`data.node.statuss == "PAID"`, "FilterType 1:10"},
		{"eventName == 'create' &&\n  data.invoice.status == 'PAID'", "FilterType 2:7"},
		{`node.status == "PAID"`, "FilterType 1:1"},
		{`data.node.lines.sku == "A"`, "FilterType 1:16"},
		{`data.node.count == "3"`, "FilterType 1:17"},
		{`data.node.total > 100`, "FilterType 1:17"},
		{`data.node.status && true`, "FilterType 1:10"},
		{`data.node.id == null`, "FilterType 1:14"},
		{`data.node.lines == null`, "FilterType 1:17"},
		{`data.node + 1 == 2`, "FilterType 1:11"},
		{`lower(data.node.id) == "a"`, "FilterType 1:6"},
		{`data.node.id.size() > "a"`, "FilterType 1:21"},
		{`data.node.lines.exists(l, l.price > 1)`, "FilterType 1:28"},
		{`data.node.id.matches("[")`, "FilterType 1:22"},
		{`timestamp("soon") < timestamp(data.node.createdAt)`, "FilterType 1:11"},
		{`dyn(data.node.id) == 1`, "FilterType 1:4"},
		{`Invoice{id: "a"} == data.node`, "FilterType 1:8"},
		{`[1, "a"].exists(x, x == 1)`, "FilterType 1:5"},

		{`data.node.status`, "FilterResult 1:10"},
		{`data.node.meta.flag`, "FilterResult 1:15"},
		{`1`, "FilterResult 1:1"},
		{`null`, "FilterResult 1:1"},
		{`[true]`, "FilterResult 1:1"},

		{`data.node.status == "PAYED"`, "FilterValue 1:21"},
		{`"PAYED" != data.node.status`, "FilterValue 1:1"},
		{`data.node.status in ["PAID", "paid"]`, "FilterValue 1:30"},
		{`data.node.flags.exists(f, f == "paid")`, "FilterValue 1:32"},
		{`data.node.flags[0] == "paid"`, "FilterValue 1:23"},
		{`"paid" in data.node.flags`, "FilterValue 1:1"},
		{`eventName == "UPDATE"`, "FilterValue 1:14"},
		{`eventName in ["updated", "create"]`, "FilterValue 1:15"},
		{`"statuss" in changed`, "FilterValue 1:1"},
		{`changed.exists(c, c == "statuss")`, "FilterValue 1:24"},
		{`changed.exists(c, c in ["status", "sum"])`, "FilterValue 1:35"},
		{`changed == ["statuss"]`, "FilterValue 1:13"},
		{`changed[0] == "statuss"`, "FilterValue 1:15"},

		{`false`, "FilterConstant 1:1"},
		{`1 > 2`, "FilterConstant 1:3"},
		{`false && data.node.paid`, "FilterConstant 1:7"},
		{`eventName == "create" && eventName == "update"`, "FilterConstant 1:23"},
		{`1 / 0 == 1`, "FilterConstant 1:7"},
		{`1 < 2 || data.node.paid`, ""},
		{`eventName == "destroy" && "status" in changed`, "FilterConstant 1:24"},
		{`eventName == "destroy" && !("status" in changed)`, ""},
		{`eventName == "destroy" && changed.exists(c, c == "status")`, "FilterConstant 1:24"},

		{`data.node.status == "PAID" && data.node.status == "OPEN"`, "FilterConstant 1:48"},
		{"data.node.paid &&\n  data.node.status == 'PAID' &&\n  data.node.status != 'PAID'", "FilterConstant 3:20"},
		{`"OPEN" == data.node.status && data.node.status in ["PAID"]`, "FilterConstant 1:48"},
		{`data.node.status in ["PAID", "OPEN"] && data.node.status != "OPEN" && data.node.status == "OPEN"`, "FilterConstant 1:88"},
		{`data.node.status in []`, "FilterConstant 1:18"},
		{`data.node.status == null && data.node.status == "PAID"`, "FilterConstant 1:46"},
		{`data.node.count > 3 && data.node.count < 2`, "FilterConstant 1:40"},
		{`data.node.count > 3 && data.node.count <= 3`, "FilterConstant 1:40"},
		{`3 < data.node.count && 2.5 >= data.node.count`, "FilterConstant 1:28"},
		{`data.node.count == 3 && data.node.count > 3`, "FilterConstant 1:41"},
		{`data.node.rate >= 0.5 && data.node.rate <= 0.5 && data.node.rate != 0.5 && data.node.rate == 0.5`, "FilterConstant 1:91"},
		{`data.node.paid && !data.node.paid`, "FilterConstant 1:19"},
		{`data.node.lines[0].sku == "A" && data.node.lines[0].sku == "B"`, "FilterConstant 1:57"},
		{`(data.node.count > 3 && data.node.count < 2) || (data.node.paid && !data.node.paid)`, "FilterConstant 1:41"},
		{`data.node.paid && (data.node.count > 3 && data.node.count < 2 || data.node.count < 0 && data.node.count > 1)`, "FilterConstant 1:59"},
		{`data.node.count > 3 && data.node.count < 2 || data.node.paid`, ""},
		{`data.node.count >= 3 && data.node.count <= 3`, ""},
		{`data.node.count > 2 && data.node.count < 3.5`, ""},
		{`data.node.status != "PAID" && data.node.status != "OPEN"`, ""}, // null
		{`data.node.status in ["PAID", "OPEN"] && data.node.status != "OPEN"`, ""},
		{`data.node.lines[0].sku == "A" && data.node.lines[1].sku == "B"`, ""},
		{`data.node.lines.exists(l, l.sku == "A") && data.node.lines.exists(l, l.sku == "B")`, ""},
		{`data.node.status == "PAID" && data.node.id == "OPEN"`, ""},
		{`data.node.meta.a == "x" && data.node.meta.a == "y"`, "FilterConstant 1:45"},
		{`has(data.node.buyer) && data.node.buyer == null`, ""}, // only comparisons with constants are known

		{`data.node.lines.all(a, data.node.lines.all(b, data.node.lines.all(c, data.node.lines.exists(d, d.sku == a.sku))))`, "FilterCost 1:20"},
	} {
		f, problems := filter.Compile(test.text, scope)
		if got := verdict(problems); got != test.want {
			t.Errorf("%.80s: %s, want %s (%v)", test.text, got, test.want, problems)
		}
		if (f == nil) != (test.want != "") {
			t.Errorf("%.80s: a filter is made: %t", test.text, f != nil)
		}
	}
}

// full is an invoice with all it can have, empty one with nothing.
const (
	full = `{"data":{"node":{"id":"abc","status":"PAID","total":"120.50","count":3,"rate":0.5,"buyer":{"name":"Kim","vip":true},
		"lines":[{"sku":"A1","quantity":2,"flags":["PAID"]},{"sku":null,"quantity":5,"flags":[]}],"meta":{"colour":"red","size":4,"a b":{"size":[1,2.5]}},
		"paid":true,"flags":["OPEN",null],"createdAt":"2026-03-01T09:30:00Z"}}}`
	empty = `{"data":{"node":{"id":"abc","status":null,"total":null,"count":null,"rate":null,"buyer":null,"lines":null,"meta":null,"paid":null,"flags":null,"createdAt":"2026-03-01T09:30:00Z"}}}`
	none  = `{"data":{"node":null}}`
)

func TestFiltersMatch(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text                 string
		full, empty, nothing bool
	}{
		{`true`, true, true, true},
		{`eventName == "update"`, true, true, true},
		{`eventName == "create"`, false, false, false},
		{`"status" in changed`, true, true, true},
		{`"lines" in changed`, false, false, false},
		{`data.node.status == "PAID"`, true, false, false},
		{`data.node.status != "PAID"`, false, true, true},
		{`data.node.status == null`, false, true, true},
		{`data.node == null`, false, false, true},
		{`has(data.node.buyer)`, true, false, false},
		{`!has(data.node.buyer)`, false, true, true},
		{`data.node.buyer.vip`, true, false, false},
		{`!data.node.buyer.vip`, false, true, true},
		{`data.node.buyer.vip || data.node.id == "abc"`, true, true, false},
		{`data.node.paid && data.node.buyer.name == "Kim"`, true, false, false},
		{`double(data.node.total) > 100.0`, true, false, false},
		{`double(data.node.total) <= 100.0`, false, false, false},
		{`!(double(data.node.total) > 100.0)`, false, true, true},
		{`data.node.count + 1 == 4`, true, false, false},
		{`data.node.count * 2 > 5 && data.node.count % 2 == 1`, true, false, false},
		{`-data.node.count < 0`, true, false, false},
		{`data.node.count > 2.5`, true, false, false},
		{`data.node.rate < 1.0`, true, false, false},
		{`data.node.buyer.name.startsWith("K")`, true, false, false},
		{`data.node.buyer.name.matches("^K.m$")`, true, false, false},
		{`size(data.node.buyer.name) == 3`, true, false, false},
		{`size(data.node.lines) == 2`, true, false, false},
		{`data.node.lines.exists(l, l.sku == "A1")`, true, false, false},
		{`data.node.lines.exists(l, l.sku == null)`, true, false, false},
		{`data.node.lines.all(l, l.quantity > 1)`, true, true, true},
		{`data.node.lines.exists(l, l.sku.endsWith("1") && l.flags.exists(f, f == "PAID"))`, true, false, false},
		{`data.node.lines.map(l, l.quantity).exists(q, q == 5)`, true, false, false},
		{`data.node.lines.exists_one(l, l.quantity == 5)`, true, false, false},
		{`data.node.lines.filter(l, l.quantity > 2).size() == 1`, true, false, false},
		{`data.node.lines[0].sku == "A1"`, true, false, false},
		{`data.node.lines[7].sku == "A1"`, false, false, false},
		{`has(data.node.lines)`, true, false, false},
		{`"OPEN" in data.node.flags`, true, false, false},
		{`data.node.status in ["PAID", "OPEN"]`, true, false, false},
		{`data.node.flags.exists(f, f == null)`, true, false, false},
		{`data.node.meta.colour == "red"`, true, false, false},
		{`data.node.meta.size > 3`, true, false, false},
		{`data.node.meta.size > 3.5`, true, false, false},
		{`data.node.meta["a b"].size[1] == 2.5`, true, false, false},
		{`data.node.meta.colour > 3`, false, false, false},
		{`data.node.meta.none.at.all == 1`, false, false, false},
		{`has(data.node.meta.colour)`, true, false, false},
		{`timestamp(data.node.createdAt) > timestamp("2026-01-01T00:00:00Z")`, true, true, false},
		{`timestamp(data.node.createdAt).getFullYear() == 2026`, true, true, false},
		{`(data.node.paid ? data.node.status : data.node.id) == "PAID"`, true, false, false},
		{`(data.node.paid ? data.node.buyer : data.node.buyer).vip && true`, true, false, false},
		{`string(data.node.count) == "3"`, true, false, false},
		{`data.node.buyer == data.node.buyer`, true, true, true},
	} {
		f, problems := filter.Compile(test.text, scope)
		if problems != nil {
			t.Errorf("%s: %v", test.text, problems)
			continue
		}
		for payload, want := range map[string]bool{full: test.full, empty: test.empty, none: test.nothing} {
			got, err := f.Match(json.RawMessage(payload), []string{"status", "total"}, "update")
			if err != nil || got != want {
				t.Errorf("%s of %.60s is %t, %v, want %t", test.text, payload, got, err, want)
			}
		}
	}
}

func TestWhatCannotBeJudgedPasses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text, payload string
		match         bool
		err           error
		says          string
	}{
		{text: `data.node.paid`, payload: `{"data":{"node":null},"errors":[{"message":"away"}]}`, match: true},
		{text: `data.node.paid`, payload: `{"errors":[{"message":"away"}]}`, match: true},
		{text: `"lines" in changed`, payload: `{"errors":[{"message":"away"}]}`},
		{text: `data.node.paid`, payload: `{"data":null}`},
		{text: `double(data.node.id) > 1.0`, payload: full, match: true, says: "evaluate the filter"},
		{text: `1 / size(data.node.meta) == 1`, payload: `{"data":{"node":{"meta":[]}}}`, match: true, says: "division by zero"},
		{text: `data.node.paid`, payload: `{`, match: true, says: "read the payload"},
		{text: `data.node.lines.all(a, data.node.lines.all(b, a.quantity == b.quantity))`, match: true, err: filter.ErrCost,
			payload: `{"data":{"node":{"lines":[{"quantity":1}` + strings.Repeat(`,{"quantity":1}`, 999) + `]}}}`},
	} {
		f, problems := filter.Compile(test.text, scope)
		if problems != nil {
			t.Errorf("%s: %v", test.text, problems)
			continue
		}
		got, err := f.Match(json.RawMessage(test.payload), nil, "update")
		if got != test.match || (err != nil) != (test.err != nil || test.says != "") {
			t.Errorf("%s of %.60s is %t, %v, want %t", test.text, test.payload, got, err, test.match)
		}
		if test.err != nil && !errors.Is(err, test.err) || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s fails with %v, want %v %s", test.text, err, test.err, test.says)
		}
	}
}
