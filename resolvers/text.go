package resolvers

import (
	"bytes"
	"fmt"
	"regexp"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

// markdown renders CommonMark with GitHub's tables, strikethrough and bare
// links. It lets HTML through, which is safe only because sanitise follows.
var markdown = goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))

// sanitise keeps the HTML that strangers may write: no script, style, form or event handler.
var sanitise = bluemonday.UGCPolicy()

// startsAsHTML finds text that opens with an element, as shops export it. Such
// text is no Markdown: its indented lines would become code.
var startsAsHTML = regexp.MustCompile(`^\s*<[a-zA-Z][a-zA-Z0-9]*(\s[^>]*)?/?>`)

// safeHTML is a description as sanitised HTML, Markdown rendered.
func safeHTML(text string) (string, error) {
	if startsAsHTML.MatchString(text) {
		return sanitise.Sanitize(text), nil
	}
	var rendered bytes.Buffer
	if err := markdown.Convert([]byte(text), &rendered); err != nil {
		return "", fmt.Errorf("render a description: %w", err)
	}
	return sanitise.Sanitize(rendered.String()), nil
}
