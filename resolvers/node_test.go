package resolvers_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"crier/internal/market"
	"crier/internal/viewer"
)

const anyNode = `query($id: ID!) { node(id: $id) { id __typename } }`

func TestNodeIsAnyKindThatIsANode(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	for _, ref := range []market.Ref{
		{Type: "Advert", Num: 1}, {Type: "Advert", Num: 2}, {Type: "Advert", Num: 4}, {Type: "Variant", Num: 4}, {Type: "Seller", Num: 1},
		{Type: "Taxon", Num: 3}, {Type: "Brand", Num: 2}, {Type: "Prototype", Num: 1}, {Type: "OptionType", Num: 1}, {Type: "OptionValue", Num: 1},
		{Type: "Image", Num: 1}, {Type: "Address", Num: 1}, {Type: "AdvertOptionValue", Num: 1}, {Type: "VariantOptionValue", Num: 1},
		{Type: "Country", Num: market.CountryByCode("AU").Num}, {Type: "State", Num: market.StateByCode("US-OR").Num},
	} {
		a := b.run(viewer.Viewer{}, anyNode, map[string]any{"id": ref.ID()})
		if len(a.Errors) > 0 {
			t.Errorf("%s: %v", ref, a.Errors)
		}
		a.is(fmt.Sprintf(`{"node": {"id": %q, "__typename": %q}}`, ref.ID(), ref.Type))
	}
}

func TestWhatIsNotThereIsNotFoundAlike(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	var first string
	for name, given := range map[string]string{
		"no such number":         id("Advert", 99),
		"another seller's":       id("Advert", 1),
		"another seller":         id("Seller", 1),
		"no such type":           id("Unicorn", 1),
		"a kind that is no node": id("ExternalID", 1),
		"a pair":                 id("PrototypeOption", 1),
		"a note":                 id("Metadatum", 1),
		"a state of an advert":   id("UnpublishedAdvert", 2),
		"no id":                  "%%%",
		"nothing":                "",
		"text":                   base64.StdEncoding.EncodeToString([]byte("Advert")),
		"no number":              base64.StdEncoding.EncodeToString([]byte("Advert-1x")),
		"no such country":        id("Country", 1),
		"no such state":          id("State", 1),
		"a bare country":         id("Country", 0),
	} {
		a := b.run(viewer.Viewer{Seller: 2}, anyNode, map[string]any{"id": given})
		a.is(`{"node": null}`)
		err := a.fails("NOT_FOUND", "node")
		if first == "" {
			first = fmt.Sprint(err)
		}
		if fmt.Sprint(err) != first {
			t.Errorf("%s: the error %q differs from %q", name, err, first)
		}
	}
}

func TestNodesStandInTheirPlaces(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	a := b.run(viewer.Viewer{}, `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, map[string]any{"ids": []string{
		id("Advert", 2), id("Advert", 99), id("Brand", 1), "nonsense", id("Advert", 2),
	}})
	a.is(fmt.Sprintf(`{"nodes": [{"id": %q}, null, {"id": %q}, null, {"id": %q}]}`, id("Advert", 2), id("Brand", 1), id("Advert", 2)))
	if len(a.Errors) != 2 || a.Errors[0].Path.String() != "nodes[1]" || a.Errors[1].Path.String() != "nodes[3]" ||
		a.Errors[0].Extensions["code"] != "NOT_FOUND" || a.Errors[1].Extensions["code"] != "NOT_FOUND" {
		t.Errorf("errors: %v", a.Errors)
	}
}

func TestManyNodesAreOneQueryAKind(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	var ids []string
	for i := range 250 {
		ids = append(ids, id("Advert", int64(i%3+1)), id("Variant", int64(i+1)))
	}
	a := b.run(viewer.Viewer{}, `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, map[string]any{"ids": ids})
	if len(a.Errors) != 243 {
		t.Errorf("%d errors, want 243 for the variants that do not exist", len(a.Errors))
	}
	if b.reads.count != 2 {
		t.Errorf("%d statements, want one for each kind", b.reads.count)
	}
	b.run(viewer.Viewer{}, `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, map[string]any{"ids": append(ids, ids[0])}).fails("BAD_USER_INPUT", "nodes")
}

func TestNodesNeedTheScopeOfTheirType(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	reader := viewer.Viewer{Scopes: []string{"taxonomy:read"}}
	b.run(reader, anyNode, map[string]any{"id": id("Brand", 1)}).is(`{"node": {"id": "` + id("Brand", 1) + `", "__typename": "Brand"}}`)
	for _, num := range []int64{1, 99} {
		a := b.run(reader, anyNode, map[string]any{"id": id("Advert", num)})
		a.is(`{"node": null}`)
		if err := a.fails("MISSING_SCOPE", "node"); err.Extensions["scope"] != "adverts:read" {
			t.Errorf("the scope is %v", err.Extensions["scope"])
		}
	}
	if err := b.run(reader, `{ externalIds(key: "erp", ownerType: "Brand") { owner { id } } }`, nil).Errors; err != nil {
		t.Error(err)
	}
}

func TestExternalIDs(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	for _, test := range []struct {
		viewer    viewer.Viewer
		arguments string
		want      string
	}{
		{viewer.Viewer{}, `(key: "erp")`, "R-1 G-3 O"},
		{viewer.Viewer{}, `(first: 2)`, "R-1 G-3"},
		{viewer.Viewer{}, `(first: 0)`, ""},
		{viewer.Viewer{}, `(value: "G-3")`, "G-3"},
		{viewer.Viewer{}, `(values: ["O", "R-1"], key: "erp")`, "R-1 O"},
		{viewer.Viewer{}, `(values: [])`, ""},
		{viewer.Viewer{}, `(key: "other")`, ""},
		{viewer.Viewer{}, `(ownerType: "Brand")`, "O"},
		{viewer.Viewer{}, `(ownerType: "Seller")`, ""},
		{viewer.Viewer{Seller: 1}, `(key: "erp")`, "R-1 O"},
		{viewer.Viewer{Seller: 2}, `(key: "erp")`, "G-3 O"},
		{viewer.Viewer{Seller: 2}, `(key: "erp", ownerType: "Advert")`, "G-3"},
		{viewer.Viewer{Scopes: []string{"taxonomy:read"}}, `(key: "erp")`, "O"},
		{viewer.Viewer{Scopes: []string{"adverts:write"}}, `(key: "erp")`, "R-1 G-3"},
		{viewer.Viewer{Scopes: []string{"keys:read"}}, `(key: "erp")`, ""},
	} {
		var want []string
		for _, value := range strings.Fields(test.want) {
			want = append(want, `{"value": "`+value+`"}`)
		}
		b.queryAs(test.viewer, `{ externalIds`+test.arguments+` { value } }`).is(`{"externalIds": [` + strings.Join(want, ",") + `]}`)
	}
	b.query(`{ externalIds(first: 1) { __typename } }`).is(`{"externalIds": [{"__typename": "ExternalID"}]}`)
	for _, arguments := range []string{`(ownerType: "Unicorn")`, `(ownerType: "Image")`, `(first: 501)`} {
		b.run(viewer.Viewer{}, `{ externalIds`+arguments+` { value } }`, nil).fails("BAD_USER_INPUT", "externalIds")
	}
}
