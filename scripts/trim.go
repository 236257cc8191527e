//go:build ignore

// Command trim makes graph/ run on internal/execution (docs/adr). It runs after
// gqlgen has generated, as part of make generate, and fails where gqlgen writes
// something else than it knows.
//
// What it does: objects and lists are resolved by internal/execution; what is
// there only for @defer, which documents cannot use, goes; and a field that is
// no more than a value of the struct, of which no middleware wants to know, is
// marshalled without the ceremony of a resolver.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/tools/imports"
)

func main() {
	files, err := filepath.Glob("graph/*.generated.go")
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no generated files: run me where graph/ is")
	}
	for _, file := range files {
		if err == nil {
			err = trimFile(file)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "trim:", err)
		os.Exit(1)
	}
}

// trimFile trims one generated file in its place.
func trimFile(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	trimmed := withImport(trim(text))
	for _, left := range leftovers {
		if bytes.Contains(trimmed, []byte(left)) {
			return fmt.Errorf("%s still has %s: gqlgen writes it in a form that is not known here", file, left)
		}
	}
	if trimmed, err = imports.Process(file, trimmed, nil); err != nil {
		return err
	}
	return os.WriteFile(file, trimmed, 0o644)
}

// leftovers are what no trimmed file has.
var leftovers = []string{
	"graphql.NewFieldSet(", "graphql.MarshalSliceConcurrently(", "graphql.CollectFields(ec", ".IsDeferred()", "ProcessDeferredGroup", "rrm(innerCtx)",
	"response.Data = buf.Bytes()",
}

// The parts of an object's function that only @defer needs, and the fields that
// resolve beside one another.
var (
	deferredField = regexp.MustCompile(`(?s)\t\t\tif field\.IsDeferred\(\) \{\n.*?\n\t\t\t\tcontinue\n\t\t\t\}\n\n`)
	deferredSets  = regexp.MustCompile(`\tdeferredFieldSet := [^\n]*\n\tdeferLabelToView := [^\n]*\n`)
	deferredGroup = regexp.MustCompile(`(?s)\n\tatomic\.AddInt32\(&ec\.Deferred,[^\n]*\n\n\tec\.ProcessDeferredGroup\(graphql\.DeferredGroup\{\n.*?\n\t\}\)\n`)
	concurrent    = regexp.MustCompile(`(?s)\t\t\tinnerFunc := func\(ctx context\.Context, fs \*graphql\.FieldSet\) \(res graphql\.Marshaler\) \{
\t\t\t\tdefer func\(\) \{
.{1,200}?
\t\t\t\t\}\(\)
\t\t\t\tres = ([^\n]*)
((?:\t\t\t\tif [^\n]*\n[^\n]*\n\t\t\t\t\}\n)?)\t\t\t\treturn res
\t\t\t\}

\t\t\tout\.Concurrently\(i, func\(ctx context\.Context\) graphql\.Marshaler \{ return innerFunc\(ctx, out\) \}\)
`)
	leaf   = regexp.MustCompile(`errors\.New\("field of type \w+ does not have child fields"\)`)
	answer = regexp.MustCompile(`\t+var buf bytes\.Buffer\n\t+data\.MarshalGQL\(&buf\)\n(\n?)(?:\t+response\.Data = buf\.Bytes\(\)\n)`)
)

// A field whose function only returns a value of the struct: its scalar's
// context says so, and nothing stands around the value.
var (
	scalarField = regexp.MustCompile(`fieldContext_(\w+)\(_ context\.Context, [^\n]*\n\treturn graphql\.NewScalarFieldContext\("\w+", field, (?:true|false), false,`)
	plainField  = regexp.MustCompile(`(func \(ec \*executionContext\) _(\w+)\(ctx context\.Context, field graphql\.CollectedField, obj [^\n]*\n)\treturn graphql\.ResolveField\(
\t\tctx,
\t\tec\.OperationContext,
\t\tfield,
\t\tfunc\(ctx context\.Context, field graphql\.CollectedField\) \(\*graphql\.FieldContext, error\) \{
[^\n]*
\t\t\},
\t\tfunc\(ctx context\.Context\) \(any, error\) \{
\t\t\treturn (obj\.[^\n]*), nil
\t\t\},
\t\tnil,
\t\tfunc\(ctx context\.Context, selections ast\.SelectionSet, v ([^)]*)\) graphql\.Marshaler \{
\t\t\treturn ec\.(\w+)\(ctx, selections, v\)
\t\t\},
\t\ttrue,
\t\t(true|false),
\t\)
\}
`)
)

// nilable are the Go types whose values can be null.
var nilable = regexp.MustCompile(`^(\*|\[|map\[|any$|interface)`)

// renamed are what takes the place of gqlgen's own.
var renamed = strings.NewReplacer(
	"graphql.NewFieldSet(", "execution.NewFieldSet(",
	"*graphql.FieldSet)", "*execution.FieldSet)",
	"graphql.CollectFields(ec.OperationContext, ", "execution.CollectFields(ctx, ec.OperationContext, ",
	"graphql.MarshalSliceConcurrently(", "execution.List(",
	"return rrm(innerCtx)", "return rrm(graphql.WithRootFieldContext(ctx, graphql.GetRootFieldContext(innerCtx)))",
)

func trim(text []byte) []byte {
	text = deferredField.ReplaceAll(text, nil)
	text = deferredSets.ReplaceAll(text, nil)
	text = deferredGroup.ReplaceAll(text, nil)
	text = concurrent.ReplaceAllFunc(text, func(found []byte) []byte {
		parts := concurrent.FindSubmatch(found)
		null := bytes.ReplaceAll(parts[2], []byte("&fs."), []byte("&out."))
		return fmt.Appendf(nil, "\t\t\tout.Concurrently(i, func(ctx context.Context) graphql.Marshaler {\n\t\t\t\tres := %s\n%s\t\t\t\treturn res\n\t\t\t})\n", parts[1], null)
	})
	text = leaf.ReplaceAll(text, []byte("execution.ErrLeaf"))
	text = answer.ReplaceAll(text, []byte("\tresponse.Data = execution.Encode(data)\n"))
	return []byte(renamed.Replace(string(plain(text))))
}

// plain shortens the functions of plain fields. One that must not be null, but
// can be, keeps the ceremony, which reports that it was.
func plain(text []byte) []byte {
	scalars := map[string]bool{}
	for _, found := range scalarField.FindAllSubmatch(text, -1) {
		scalars[string(found[1])] = true
	}
	return plainField.ReplaceAllFunc(text, func(found []byte) []byte {
		parts := plainField.FindSubmatch(found)
		head, name, value, typ, marshal, nonNull := parts[1], parts[2], parts[3], parts[4], parts[5], parts[6]
		if !scalars[string(name)] || string(nonNull) == "true" && nilable.Match(typ) {
			return found
		}
		return fmt.Appendf(nil, "%s\treturn ec.%s(ctx, field.Selections, %s)\n}\n", head, marshal, value)
	})
}

// withImport imports internal/execution; what is not used goes afterwards.
func withImport(text []byte) []byte {
	return bytes.Replace(text, []byte("import (\n"), []byte("import (\n\t\"crier/internal/execution\"\n"), 1)
}
