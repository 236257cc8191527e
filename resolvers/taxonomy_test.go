package resolvers_test

import (
	"strconv"
	"strings"
	"testing"

	"crier/graph"
	"crier/internal/market"
	"crier/internal/viewer"
)

func TestTaxons(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	for arguments, want := range map[string]string{
		``:                                     `Fashion Garden`,
		`(showOnlineOnly: true)`:               `Fashion`,
		`(showOnlineOnly: false)`:              `Fashion Garden`,
		`(parentId: null)`:                     `Fashion Garden`,
		`(parentId: "` + id("Taxon", 1) + `")`: `Shoes`,
		`(parentId: "` + id("Taxon", 2) + `", showOnlineOnly: true)`: `Boots`,
		`(parentId: "` + id("Taxon", 4) + `")`:                       ``,
		`(last: 1)`:                                                  `Garden`,
	} {
		var got struct {
			Taxons struct{ Nodes []struct{ Title string } }
		}
		b.query(`{ taxons` + arguments + ` { nodes { title } } }`).into(&got)
		titles := make([]string, len(got.Taxons.Nodes))
		for i, n := range got.Taxons.Nodes {
			titles[i] = n.Title
		}
		if strings.Join(titles, " ") != want {
			t.Errorf("taxons%s are %v, want %s", arguments, titles, want)
		}
	}
}

func TestTaxonFields(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	b.query(`{ node(id: "` + id("Taxon", 3) + `") { ... on Taxon {
		title displayName legacyId description image { id } parent { title } prototype { name } taxonType taxRate urlSlug
		treeName slashed: treeName(separator: "/") externalIds { key }
		children { totalCount nodes { title } } adverts { totalCount nodes { legacyId } }
	} } }`).is(`{"node": {
		"title": "Boots", "displayName": "Boots", "legacyId": 3, "description": null, "image": null, "parent": {"title": "Shoes"},
		"prototype": {"name": "Footwear"}, "taxonType": "PRODUCT", "taxRate": null, "urlSlug": "Boots",
		"treeName": "Fashion > Shoes > Boots", "slashed": "Fashion/Shoes/Boots", "externalIds": [],
		"children": {"totalCount": 0, "nodes": []}, "adverts": {"totalCount": 2, "nodes": [{"legacyId": 1}, {"legacyId": 3}]}
	}}`)
	b.queryAs(viewer.Viewer{Seller: 2}, `{ taxons(showOnlineOnly: true) { nodes { parent { id } children(showOnlineOnly: true) { totalCount
		nodes { title adverts { totalCount } children(showOnlineOnly: true) { totalCount nodes { title adverts { totalCount } } } } } } } }`).is(`{"taxons": {"nodes": [
		{"parent": null, "children": {"totalCount": 1, "nodes": [
			{"title": "Shoes", "adverts": {"totalCount": 0}, "children": {"totalCount": 1, "nodes": [{"title": "Boots", "adverts": {"totalCount": 1}}]}}]}}]}}`)
}

func TestBrands(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	b.query(`{ brands { totalCount nodes { name externalIds { value } } } }`).
		is(`{"brands": {"totalCount": 2, "nodes": [{"name": "Ostrea", "externalIds": [{"value": "O"}]}, {"name": "Zeta", "externalIds": []}]}}`)
	b.query(`{ brands(showOnlineOnly: true) { totalCount nodes { name } } }`).is(`{"brands": {"totalCount": 1, "nodes": [{"name": "Ostrea"}]}}`)
}

func TestOptionsAndPrototypes(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	b.query(`{ prototypes(ids: ["` + id("Prototype", 1) + `"]) { totalCount nodes { name externalIds { id } optionTypes { totalCount nodes {
		name displayName appliedTo category fieldType optional position presentation description legacyId externalIds { id }
		optionValues { totalCount nodes { name presentation position optionType { name } externalIds { id } } } prototypes { nodes { name } }
	} } } } }`).is(`{"prototypes": {"totalCount": 1, "nodes": [{"name": "Footwear", "externalIds": [], "optionTypes": {"totalCount": 2, "nodes": [
		{"name": "material", "displayName": "Material", "appliedTo": "ADVERT", "category": "PRODUCT_DETAILS_TEXT", "fieldType": "FREE_TEXT", "optional": false, "position": 0,
			"presentation": null, "description": "", "legacyId": 2, "externalIds": [], "optionValues": {"totalCount": 0, "nodes": []}, "prototypes": {"nodes": [{"name": "Footwear"}]}},
		{"name": "size", "displayName": "Size", "appliedTo": "VARIANT", "category": "VARIANT", "fieldType": "SINGLE_SELECT", "optional": false, "position": 1,
			"presentation": null, "description": "", "legacyId": 1, "externalIds": [], "optionValues": {"totalCount": 2, "nodes": [
				{"name": "39", "presentation": "Thirty-nine", "position": 0, "optionType": {"name": "size"}, "externalIds": []},
				{"name": "40", "presentation": "Forty", "position": 1, "optionType": {"name": "size"}, "externalIds": []}]}, "prototypes": {"nodes": [{"name": "Footwear"}]}}
	]}}]}}`)
	b.query(`{ prototypes(ids: []) { totalCount nodes { id } } }`).is(`{"prototypes": {"totalCount": 0, "nodes": []}}`)
}

// pages of a list that is read as a whole, here the states of a country.
func TestPagesFromMemory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	states := market.CountryByCode("AU").Subdivisions()
	node := `node(id: "` + market.CountryByCode("AU").ID() + `")`
	var got struct {
		Node struct {
			States struct {
				TotalCount int
				Nodes      []struct{ Short string }
				PageInfo   struct {
					StartCursor, EndCursor       string
					HasNextPage, HasPreviousPage bool
				}
			}
		}
	}
	read := func(arguments string) string {
		b.query(`{ ` + node + ` { ... on Country { states(` + arguments + `) {
			totalCount nodes { short } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } } } }`).into(&got)
		if got.Node.States.TotalCount != len(states) {
			t.Errorf("%d states, want %d", got.Node.States.TotalCount, len(states))
		}
		var shorts []string
		for _, n := range got.Node.States.Nodes {
			shorts = append(shorts, n.Short)
		}
		return strings.Join(shorts, " ")
	}
	short := func(from, to int) string {
		var shorts []string
		for _, s := range states[from:to] {
			shorts = append(shorts, s.ShortCode())
		}
		return strings.Join(shorts, " ")
	}
	if page := read("first: 3"); page != short(0, 3) || !got.Node.States.PageInfo.HasNextPage || got.Node.States.PageInfo.HasPreviousPage {
		t.Errorf("first page: %s, %+v", page, got.Node.States.PageInfo)
	}
	if page := read(`first: 2, after: "` + got.Node.States.PageInfo.EndCursor + `"`); page != short(3, 5) || !got.Node.States.PageInfo.HasPreviousPage {
		t.Errorf("second page: %s, %+v", page, got.Node.States.PageInfo)
	}
	if page := read(`last: 2, before: "` + got.Node.States.PageInfo.StartCursor + `"`); page != short(1, 3) || !got.Node.States.PageInfo.HasPreviousPage || !got.Node.States.PageInfo.HasNextPage {
		t.Errorf("page before it: %s, %+v", page, got.Node.States.PageInfo)
	}
	if page := read(`after: "` + got.Node.States.PageInfo.EndCursor + `", before: "` + got.Node.States.PageInfo.StartCursor + `"`); page != "" {
		t.Errorf("a page between crossed cursors: %s", page)
	}
	b.run(viewer.Viewer{}, `{ `+node+` { ... on Country { states(after: "nonsense") { totalCount nodes { id } } } } }`, nil).fails("BAD_USER_INPUT", "node.states")
	b.run(viewer.Viewer{}, `{ `+node+` { ... on Country { states(before: "nonsense") { totalCount nodes { id } } } } }`, nil).fails("BAD_USER_INPUT", "node.states")
}

// TestEveryFieldOfTheCatalogueResolves reads each field of each type, of what
// was deleted too, now and as of its deletion.
func TestEveryFieldOfTheCatalogueResolves(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	schema := graph.NewExecutableSchema(graph.Config{}).Schema()
	for _, v := range []viewer.Viewer{{}, north, {Seller: 1, AsOf: deletion, ReadOnly: true}} {
		for _, name := range []string{
			"Advert-1", "Advert-2", "Advert-4", "Variant-1", "Variant-4", "Variant-7", "Seller-1", "Brand-1", "Taxon-1", "Taxon-3", "Prototype-1",
			"OptionType-1", "OptionType-2", "OptionValue-1", "AdvertOptionValue-1", "VariantOptionValue-1", "VariantOptionValue-2", "Image-1", "Image-2", "Address-1",
			"Country-36", "State-" + strconv.FormatInt(market.StateByCode("US-OR").Num, 10),
		} {
			typeName, _, _ := strings.Cut(name, "-")
			selection := everyField(schema, schema.Types[typeName])
			a := b.run(v, ids(`{ node(id: "`+name+`") { ... on `+typeName+` { `+selection+` } } }`), nil)
			if len(a.Errors) > 0 {
				t.Errorf("%s as %+v: %v", name, v, a.Errors)
			}
			var got struct{ Node map[string]any }
			if a.into(&got); len(got.Node) != len(strings.Split(selection, "\n")) {
				t.Errorf("%s as %+v has %d fields, want %q", name, v, len(got.Node), selection)
			}
		}
	}
}
