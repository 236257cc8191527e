package filter_test

import (
	"encoding/json"
	"runtime"
	"strings"
	"testing"
	"time"

	"crier/internal/filter"
)

// adversaries are filters within the limit that are as much work as they can be.
func adversaries() []string {
	fill := func(open, middle, close string) string {
		n := (filter.Limit - len(middle)) / (len(open) + len(close))
		return strings.Repeat(open, n) + middle + strings.Repeat(close, n)
	}
	return []string{
		fill("(", "true", ")"), fill("[", "1", "]"), fill("!", "true", ""), fill("-", "1", ""), fill("true ||", "true", ""), fill("", "true", "?true:true"),
		fill("has(", "data.node.id", ")"), fill("data.node.lines.all(l,", "true", ")"), fill("[1].map(x,", "x", ")"), fill("[[1]].map(x,x)+", "[[1]]", ""),
		fill("", "data", ".node"), fill("", "changed", "[0]"), fill("{1:", "2", "}"), fill("", `"a"`, `+"a"`), fill("a.", "b", ""), fill("?", "", ""), fill("\"", "", ""),
		fill("😀", "", ""), fill("1+", "1", ""), fill("changed.exists(c,c in[", `"status"`, "])"), `data.node.id.matches("` + strings.Repeat("(a|b)*", 600) + `")`,
		`data.node.id.matches("` + strings.Repeat("a{1000}", 500) + `")`, strings.Repeat("a b ", 1000), strings.Repeat("'", filter.Limit), strings.Repeat("&&", 2000),
	}
}

// within compiles and evaluates a filter, and holds it to 16 MiB.
func within(t *testing.T, text string) time.Duration {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	f, problems := filter.Compile(text, scope)
	took := time.Since(start)
	if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 16<<20 {
		t.Errorf("%.60q takes %d MiB", text, (after.TotalAlloc-before.TotalAlloc)>>20)
	}
	if (f == nil) != (len(problems) > 0) {
		t.Errorf("%.60q gives %v and %v", text, f, problems)
	}
	for _, p := range problems {
		if p.Message == "" || p.Rule == "" || p.Line < 1 || p.Column < 1 {
			t.Errorf("%.60q is refused for %+v", text, p)
		}
	}
	if f != nil {
		for _, payload := range []string{full, empty, none} {
			if match, err := f.Match(json.RawMessage(payload), []string{"status"}, "update"); err != nil && !match {
				t.Errorf("%.60q fails with %v and drops the event", text, err)
			}
		}
	}
	return took
}

// TestFiltersAreBounded runs alone, so that it counts its own memory only.
func TestFiltersAreBounded(t *testing.T) {
	if _, problems := filter.Compile("true", scope); problems != nil { // what all share is made once
		t.Fatal(problems)
	}
	for _, text := range adversaries() {
		t.Logf("%v for %.40q", within(t, text), text)
	}
}

func FuzzCompile(f *testing.F) {
	for _, text := range adversaries() {
		f.Add(text)
	}
	for _, text := range []string{
		`data.node.status == "PAID" && "status" in changed`, `data.node.lines.exists(l, l.sku.startsWith("A") && l.quantity > 1)`,
		`double(data.node.total) > 100.0 || data.node.meta["a"].b[0] == 1`, `timestamp(data.node.createdAt).getHours() < 3 ? has(data.node.buyer) : eventName != "create"`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if took := within(t, text); took > time.Second { // fuzzing is no place for a stop-watch, but for what hangs
			t.Errorf("%.60q takes %v", text, took)
		}
	})
}
