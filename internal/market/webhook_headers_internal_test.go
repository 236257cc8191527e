package market

import (
	"encoding/json"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/net/http/httpguts"
)

// FuzzReadHeaders gives a webhook headers of any form: what is accepted can be sent
// and takes no place of the protocol's, and what is refused is named.
func FuzzReadHeaders(f *testing.F) {
	for _, text := range []string{
		``, `null`, `{}`, `[]`, `"X: y"`, `{"X-Team": "orders", "X-Count": 7, "X-On": true}`, `{"X": 1e400, "Y": -0.0}`, `{"X": null}`, `{"X": {}}`, `{"X": "a\r\nY: b"}`,
		`{"X": "a\u0000"}`, `{"X": "\ud800"}`, `{"X-A": "1", "x-a": "2"}`, `{"X": "1", "X": "2"}`, `{"": "x"}`, `{"a b": "x"}`, `{"é": "x"}`, `{"K": "x"}`, `{"hOST": "x"}`, `{"webhook-id": "x"}`, `{"crier-x": "x"}`,
		`{"X": "` + strings.Repeat("x", 16<<10) + `"}`, `{` + strings.Repeat(`"X": "y",`, 4_000) + `"X": ""}`, strings.Repeat(`{"X":`, 9_000), strings.Repeat(`[`, 60_000), `{"X": "\u00ff"}{}`, "{\"X\": \"\xff\"}",
	} {
		f.Add(text)
	}
	m := New(nil, Options{HeaderPrefix: "Crier"})
	f.Fuzz(func(t *testing.T, text string) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p := &problems{}
		headers := m.readHeaders(p, json.RawMessage(text))
		if runtime.ReadMemStats(&after); len(text) <= 64<<10 && after.TotalAlloc-before.TotalAlloc > 16<<20 {
			t.Errorf("%.60q takes %d MiB", text, (after.TotalAlloc-before.TotalAlloc)>>20)
		}
		for _, field := range p.fields {
			if name, below := strings.CutPrefix(field.Field, "headers"); !below || name != "" && name[0] != '.' || len(field.Messages) == 0 {
				t.Errorf("%.60q is refused for %+v", text, field)
			}
		}
		if len(p.fields) > 0 {
			return
		}
		for name, value := range headers {
			if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
				t.Errorf("%.60q is accepted with %q: %q, which cannot be sent", text, name, value)
			}
			switch lower := strings.ToLower(name); {
			case lower == "host", lower == "content-length", lower == "transfer-encoding", strings.HasPrefix(lower, "webhook-"), strings.HasPrefix(lower, "crier-"):
				t.Errorf("%.60q is accepted with %q", text, name)
			}
		}
	})
}
