package document

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/lexer"
)

// lines are where the lines of a text begin, in characters from its start.
type lines []int

// linesOf finds the lines of a text (GraphQL, section 2.1.2).
func linesOf(text string) lines {
	starts, offset := lines{0}, 0
	for i, r := range text {
		offset++
		if r == '\n' || r == '\r' && !strings.HasPrefix(text[i+1:], "\n") {
			starts = append(starts, offset)
		}
	}
	return starts
}

// at is the place of a character, line and column counted from 1.
func (l lines) at(offset int) (line, column int) {
	line, found := slices.BinarySearch(l, offset)
	if !found {
		line--
	}
	return line + 1, offset - l[line] + 1
}

// placeOf is the place of a byte of a text.
func placeOf(text string, offset int) *ast.Position {
	line, column := linesOf(text[:offset]).at(utf8.RuneCountInString(text[:offset]))
	return &ast.Position{Line: line, Column: column}
}

// start is the place of what comes first in a document.
func start(doc *ast.QueryDocument) *ast.Position {
	switch {
	case len(doc.Operations) > 0:
		return doc.Operations[0].Position
	case len(doc.Fragments) > 0:
		return doc.Fragments[0].Position
	}
	return &ast.Position{Line: 1, Column: 1}
}

// placeTexts mends the places of texts in a document: the parser gives that of
// their first character, on the line where they end.
func placeTexts(doc *ast.QueryDocument, text string) {
	if !strings.Contains(text, `"`) {
		return
	}
	starts := linesOf(text)
	mend := func(v *ast.Value) {
		if v.Kind == ast.StringValue || v.Kind == ast.BlockValue {
			v.Position.Line, v.Position.Column = starts.at(v.Position.Start)
		}
	}
	for _, op := range doc.Operations {
		for _, v := range op.VariableDefinitions {
			if v.DefaultValue != nil {
				valueAndBelow(v.DefaultValue, mend)
			}
		}
	}
	for _, set := range selections(doc) {
		eachValue(*set, mend)
	}
}

// misread says of a text that the parser refused what no token can be made of, or
// nothing, and the place of that, or of the token that is one too many.
func misread(text string, most int) (message string, at gqlerror.Location) {
	tokens := lexer.New(&ast.Source{Input: text})
	for count := 0; ; count++ {
		token, err := tokens.ReadToken()
		if err == nil && count < most && token.Kind != lexer.EOF {
			continue
		}
		if wrong, ok := errors.AsType[*gqlerror.Error](err); ok {
			message = clip(wrong.Message)
			if r := []rune(text)[token.Pos.Start:]; strings.HasPrefix(message, "Cannot parse the unexpected") && len(r) > 0 {
				message = fmt.Sprintf("Cannot parse the unexpected character %q.", string(r[0])) // the parser takes its first byte for it
			}
		}
		return message, gqlerror.Location{Line: token.Pos.Line, Column: token.Pos.Column}
	}
}
