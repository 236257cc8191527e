package document_test

import (
	"testing"

	"crier/internal/market"
)

func TestDocumentsAreWarnedOfWhatReceiversMiss(t *testing.T) {
	t.Parallel()
	d := checker(t)
	for _, test := range []struct{ class, text, want string }{
		{"Advert", "", "IDNotSelected"},
		{"Advert", in("__typename id"), ""},
		{"Advert", in("kind: __typename key: id"), ""},
		{"Advert", in("... on Advert { title }"), "IDNotSelected 1:19, TypenameNotSelected 1:19"},
		{"Advert", in("... on Advert { id title }"), "TypenameNotSelected 1:19"},
		{"Advert", in("... on Variant { id __typename } ... on Advert { title }"), "IDNotSelected 1:19, TypenameNotSelected 1:19"},
		{"Advert", in("... on Node { id ... { __typename } }"), ""},
		{"Advert", in("id @skip(if: true) ... on Advert { seller { id __typename } }"), "IDNotSelected 1:19, TypenameNotSelected 1:19"},
		{"Advert", "query($id: ID!) { ...R } fragment R on Query { a: node(id: $id) { ...A } } fragment A on Node { id }", "TypenameNotSelected 1:48"},
		{"Advert", "query($id: ID!) { a: node(id: $id) { id } b: node(id: $id) { __typename } }", ""},
		{"Advert", "query($id: ID!) { nodes(ids: [$id]) { id } }", "TypenameNotSelected 1:19"},
		{"Order", "query($id: ID!) { order(orderId: $id) { id __typename } }", ""},
	} {
		facts, refused := d.Check(test.class, test.text)
		if refused != nil {
			t.Errorf("%s is refused: %v", test.text, refused)
		}
		if got := verdict(facts.Warnings); got != test.want {
			t.Errorf("%s: %s, want %s", test.text, got, test.want)
		}
	}
	facts, _ := d.Check("Advert", market.DefaultDocument)
	if len(facts.Warnings) != 1 || facts.Warnings[0].Path != nil {
		t.Errorf("the default is warned of %v", facts.Warnings)
	}
}
