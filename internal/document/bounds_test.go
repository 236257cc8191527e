package document_test

import (
	"flag"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"crier/internal/document"
	"crier/internal/document/documenttest"
	"crier/internal/market"
)

// What checking one document may take (issue "Bad input"): memory, all that is
// allocated, and time on a machine that does nothing else.
const (
	mostMemory = 16 << 20
	mostTime   = 50 * time.Millisecond
)

// written is a text of n parts.
func written(n int, part func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(part(i))
	}
	return b.String()
}

// many repeats a text, with numbers where it has verbs.
func many(n int, format string) string {
	verbs := strings.Count(format, "%d")
	return written(n, func(i int) string { return fmt.Sprintf(format, []any{i, i + 1, i + 2}[:verbs]...) })
}

// beside is a document with fields beside its node.
func beside(fields string) string { return "query($id:ID!){node(id:$id){id} " + fields + "}" }

// wide is n selections, as many again within each, all of other names.
func wide(n, m int, open, end string) string {
	return written(n, func(i int) string {
		return strings.ReplaceAll(open, "#", fmt.Sprint(i)) + written(m, func(j int) string { return fmt.Sprintf("a%xx%x:id ", i, j) }) + end
	})
}

// adversaries are documents within the limit of size that are as much work as they can be.
func adversaries() map[string]string {
	parents := strings.Repeat("parent{", 25)
	return map[string]string{
		"fragments that double":             in("...F0") + many(1_500, " fragment F%d on Node{...F%d ...F%d}"),
		"fragments in a chain":              in("...F0") + many(1_800, " fragment F%d on Node{...F%d}"),
		"fragments in one place":            in(many(250, "...F%d ")) + many(250, " fragment F%d on Node{id}"),
		"fragments in too many places":      in(many(900, "...F%d ")) + many(900, " fragment F%d on Node{id}"),
		"fragments of many fields":          in(many(240, "...F%d ")) + wide(240, 20, " fragment F# on Node{", "}"),
		"fragments of fragments in a place": in(many(400, "...F%d ")) + many(400, " fragment F%d on Node{a%d:id ...F%d}"),
		"fragments of one name":             in("...F") + strings.Repeat("fragment F on Node{id}", 2_500),
		"fragments that nothing spreads":    in("id") + many(2_200, "fragment F%d on Node{id}"),
		"spreads of no fragment":            in(many(6_000, "...X%d ")),
		"spreads of no type":                in(many(3_200, "...on X%d{id} ")),
		"inline fragments in a place":       in(wide(100, 60, "...{", "}")),
		"inline fragments in each other":    in(many(900, "...{a%d:id ") + "id" + strings.Repeat("}", 900)),
		"one field in inline fragments":     in(strings.Repeat("...on Advert{title ", 900) + "id" + strings.Repeat("}", 900)),
		"one field in one place":            in("...on Advert{" + strings.Repeat("variants(first:1){nodes{id}} ", 2_000) + "}"),
		"one path in many places":           in("...on Taxon{" + strings.Repeat(parents+"id"+strings.Repeat("}", 25)+" ", 300) + "}"),
		"one path to many fields":           in("...on Taxon{" + written(150, func(i int) string { return fmt.Sprintf("%sa%d:id%s ", parents, i, strings.Repeat("}", 25)) }) + "}"),
		"names that conflict":               in(many(2_200, "a:id@skip(if:false) b%d:id ")),
		"arguments that conflict":           in("...on Advert{" + many(1_500, "variants(first:%d){totalCount} ") + "}"),
		"aliases by the thousand":           in(many(7_000, "a%d:id ")),
		"aliases of pages":                  beside(many(2_700, "a%d:brands{totalCount}")),
		"aliases of the node":               beside(many(2_600, "a%d:node(id:$id){id}")),
		"the node in fragments":             beside(many(250, "...F%d ")) + wide(250, 4, "fragment F# on Query{...{b#:node(id:$id){", "}}}"),
		"fields of every class":             "query($id:ID!){nodes(ids:[$id,1]){" + many(900, "a%d:id ...on Advert{b%d:title} ...on Brand{c%d:name} ") + "}}",
		"unknown fields":                    in(many(6_000, "titel%d ")),
		"unknown fields of long names":      in(many(40, strings.Repeat("t", 1_500)+"%d ")),
		"unknown values":                    beside(many(1_300, "a%d:advertsWhere(status:X%d){totalCount}")),
		"unknown keys":                      beside("invoices(filters:{" + many(7_000, "a%d:1 ") + "}){totalCount}"),
		"unknown directives":                in("id " + many(8_000, "@d%d ")),
		"one key":                           beside("invoices(filters:{" + strings.Repeat("paidSince:null ", 4_000) + "}){totalCount}"),
		"directives in a flood":             in(many(2_700, "a%d:id@skip(if:false)")),
		"directives by $id":                 beside(many(1_800, "a%d:node(id:$id){id@skip(if:$id)}")),
		"variables by the thousand":         "query($id:ID! " + many(5_000, "$v%d:ID ") + "){node(id:$id){id}}",
		"variables of one name":             "query(" + strings.Repeat("$id:ID! ", 5_000) + "){node(id:$id){id}}",
		"variables without a definition":    in("...F0") + many(700, " fragment F%d on Node{...F%d id@skip(if:$v%d)}") + " fragment F700 on Node{id}",
		"operations by the thousand":        many(2_800, "query A%d{__typename}"),
		"operations of one fragment":        many(1_100, "query A%d($id:ID!){node(id:$id){...F}}") + "fragment F on Node{id}",
		"lists in lists":                    beside("nodes(ids:" + strings.Repeat("[", 990) + strings.Repeat("]", 990) + "){id}"),
		"objects in objects":                beside("invoices(filters:" + strings.Repeat("{a:", 990) + "1" + strings.Repeat("}", 990) + "){totalCount}"),
		"a list of texts":                   beside("nodes(ids:[$id" + strings.Repeat(",\"\"", 20_000) + "]){id}"),
		"a text of escapes":                 beside("advertsWhere(q:\"" + strings.Repeat(`\u00e9`, 10_800) + "\"){totalCount}"),
		"a block of lines":                  beside(`advertsWhere(q:"""` + strings.Repeat("\n a", 21_000) + `"""){totalCount}`),
		"a number of digits":                in("...on Advert{variants(first:" + strings.Repeat("9", 65_000) + "){totalCount}}"),
		"a fraction of digits":              beside("advertsWhere(first:1e" + strings.Repeat("9", 65_000) + "){totalCount}"),
		"comments":                          in("id") + strings.Repeat("#\n", 32_000),
		"comments between":                  in(strings.Repeat("id#\n", 15_000)),
		"a comment of letters":              in("id") + "#" + strings.Repeat("ü", 32_000),
		"letters that are none":             strings.Repeat("ü", 32_000),
		"braces":                            strings.Repeat("{", 65_000),
		"lines":                             strings.Repeat("\r\n", 32_000) + "{",
	}
}

// within checks a document, holds it to the bound of memory, and every refusal to
// what one has. It returns how long the check took.
func within(t testing.TB, d *document.Documents, class, text string) time.Duration {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	facts, refused := d.Check(class, text)
	took := time.Since(start)
	if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > mostMemory && len(text) <= document.DefaultLimits.DocumentBytes {
		t.Errorf("%.100q takes %.1f MiB", text, float64(after.TotalAlloc-before.TotalAlloc)/(1<<20))
	}
	if (refused == nil) != (facts.Cost > 0) {
		t.Errorf("%.100q costs %d and is refused for %v", text, facts.Cost, refused)
	}
	for _, r := range refused {
		if flaw := flawOf(r, text); flaw != "" {
			t.Errorf("%.100q is refused for %+v, which %s", text, r, flaw)
		}
	}
	return took
}

// flawOf is what a refusal of a document lacks, or "".
func flawOf(r market.DocumentError, text string) string {
	switch {
	case r.Message == "" || len(r.Message) > 700:
		return fmt.Sprintf("has a message of %d bytes", len(r.Message))
	case strings.Contains(r.Message, "cannot be checked"):
		return "was a panic"
	case r.Rule == "":
		return "has no rule"
	case r.Line == nil || r.Column == nil:
		return "has no place"
	case *r.Line < 1 || *r.Column < 1 || *r.Line > strings.Count(text, "\n")+strings.Count(text, "\r")+1 || *r.Column > len(text)+2:
		return fmt.Sprintf("is placed at %d:%d", *r.Line, *r.Column)
	}
	return ""
}

// TestDocumentsAreBounded runs alone, so that it counts its own memory only.
func TestDocumentsAreBounded(t *testing.T) {
	d := checker(t)
	within(t, d, "Advert", "") // what all share is made once
	for name, text := range adversaries() {
		if len(text) > document.DefaultLimits.DocumentBytes {
			t.Errorf("%s: %d bytes are refused for their size", name, len(text))
		}
		t.Logf("%v for %s", within(t, d, "Advert", text), name)
	}
	for _, c := range documenttest.Cases(t) {
		within(t, d, c.Class, c.Text)
	}
}

// BenchmarkAdversaries holds the dearest document to the bound of time.
func BenchmarkAdversaries(b *testing.B) {
	for name, text := range adversaries() {
		b.Run(name, func(b *testing.B) {
			best := time.Hour
			for b.Loop() {
				b.StopTimer()
				d := checker(b)
				b.StartTimer()
				start := time.Now()
				d.Check("Advert", text)
				best = min(best, time.Since(start))
			}
			if best > mostTime {
				b.Errorf("it takes %v, more than %v", best, mostTime)
			}
		})
	}
}

// fuzzing reports whether inputs are being made, and not only those of before tried.
func fuzzing() bool {
	target := flag.Lookup("test.fuzz")
	return target != nil && target.Value.String() != ""
}

func FuzzCheck(f *testing.F) {
	for _, c := range documenttest.Cases(f) {
		if len(c.Text) < 1_000 {
			f.Add(c.Text)
		}
	}
	if fuzzing() { // else TestDocumentsAreBounded has them
		for _, text := range adversaries() {
			f.Add(text)
		}
	}
	d := checker(f)
	within(f, d, "Advert", "")
	f.Fuzz(func(t *testing.T, text string) {
		took := within(t, d, "Advert", text)
		for range 3 {
			if took > mostTime && fuzzing() { // the machine may have been busy with something else
				took = min(took, within(t, checker(t), "Advert", text))
			}
		}
		if took > 5*mostTime && fuzzing() { // a fuzzed program is a slow one
			t.Errorf("%.100q takes %v", text, took)
		}
		_, refused := d.Check("Advert", text)
		if _, err := d.Prepare(text); err != nil && refused == nil {
			t.Errorf("checked, but not prepared: %v", err)
		}
	})
}
