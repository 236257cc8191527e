package document_test

import (
	"fmt"
	"strings"
	"testing"

	"crier/internal/document"
)

// TestPersistedIsBounded lets go of the texts that were used longest ago, once
// their memory is full, be they long or many.
func TestPersistedIsBounded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ texts, length int }{{300, 64 << 10}, {40_000, 0}} {
		d, used := checker(t), "the text in use"
		d.Persist("used", used)
		for i := range c.texts {
			d.Persist(fmt.Sprint(i), strings.Repeat("x", c.length))
			if text, found := d.Persisted("used"); !found || text != used {
				t.Fatalf("what is in use went at text %d: %q", i, text)
			}
		}
		if _, found := d.Persisted("0"); found {
			t.Errorf("%d texts of %d bytes are kept", c.texts, c.length)
		}
		if _, found := d.Persisted(fmt.Sprint(c.texts - 1)); !found {
			t.Error("the last text is not kept")
		}
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	// The digest that Apollo's documentation gives for this document.
	if got := document.Hash("{__typename}"); got != "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38" {
		t.Errorf("got %s", got)
	}
}
