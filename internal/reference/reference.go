// Package reference is what there is to read about the command line, made from its
// flags: help, the reference in Markdown, and the completion of shells.
package reference

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// setting is the tag of a command that says which flags of the server's configuration
// it goes by: their names separated by commas, or "all". Those flags stand above all
// commands, but are shown only where they mean something.
const setting = "settings"

// Groups are the titles of what commands and flags are grouped by.
func Groups() kong.Option {
	return kong.ExplicitGroups([]kong.Group{
		{Key: "run", Title: "Run a marketplace:"},
		{Key: "webhooks", Title: "Work with webhooks:"},
		{Key: "about", Title: "About this program:"},
		{Key: "verify", Title: "Verify:"},
		{Key: "answer", Title: "Answer:"},
		{Key: "register", Title: "Register for as long as it runs:"},
		{Key: "server", Title: "Server:"},
	})
}

// Help prints the help of a command with the flags that mean something to it, after
// the commands.
func Help() kong.Option {
	return kong.Help(func(options kong.HelpOptions, ctx *kong.Context) error {
		options.FlagsLast, options.Compact = true, true
		selected := ctx.Selected()
		for _, f := range ctx.Model.Flags {
			f.Hidden = f.Hidden || !means(selected, f)
		}
		return kong.DefaultHelpPrinter(options, ctx)
	})
}

// means says whether a flag of the server's configuration means something to a command.
func means(command *kong.Node, f *kong.Flag) bool {
	if f.Name == "help" {
		return true
	}
	for n := command; n != nil && n.Tag != nil; n = n.Parent {
		if names := n.Tag.Get(setting); names == "all" || slices.Contains(strings.Split(names, ","), f.Name) {
			return true
		}
	}
	return false
}

// flags are those that mean something to a command, its own first.
func flags(app *kong.Application, command *kong.Node) []*kong.Flag {
	var own, shared []*kong.Flag
	for _, f := range command.Flags {
		if !f.Hidden {
			own = append(own, f)
		}
	}
	for _, f := range app.Flags {
		if f.Name != "help" && means(command, f) {
			shared = append(shared, f)
		}
	}
	return append(own, shared...)
}

// commands are those that people can give, in the order of their help.
func commands(app *kong.Application) []*kong.Node { return app.Leaves(true) }

// path is a command without the program: "webhooks check".
func path(app *kong.Application, command *kong.Node) string {
	return strings.TrimPrefix(command.Path(), app.Name+" ")
}

// Markdown is the reference of all commands and flags.
func Markdown(app *kong.Application) string {
	var b strings.Builder
	b.WriteString("# Commands\n\nMade from the flags: `crier reference` prints it, and `go test -run TestTheReferenceIsCurrent . -update` writes it.\n\n")
	b.WriteString("A flag can stand before or after the command. Where a variable is named, it means the same as the flag, which goes before it. What a command prints goes to standard output, everything else to standard error; the exit code is 0 where all went well, else 1. Colours and progress bars are shown on a terminal only, colours not where `NO_COLOR` is set.\n\n")
	b.WriteString("| command | what it does |\n|---|---|\n")
	for _, c := range commands(app) {
		name := path(app, c)
		fmt.Fprintf(&b, "| [`crier %s`](#crier-%s) | %s |\n", name, strings.ReplaceAll(name, " ", "-"), cell(c.Help))
	}
	for _, c := range commands(app) {
		section(&b, app, c)
	}
	return b.String()
}

// section is the reference of one command.
func section(b *strings.Builder, app *kong.Application, c *kong.Node) {
	fmt.Fprintf(b, "\n## crier %s\n\n%s\n", path(app, c), c.Help)
	if text, examples, found := strings.Cut(c.Detail, "Examples:\n"); found {
		if text = strings.TrimSpace(text); text != "" {
			fmt.Fprintf(b, "\n%s\n", text)
		}
		code, after, _ := strings.Cut(strings.TrimLeft(examples, "\n"), "\n\n")
		lines := strings.Split(strings.TrimRight(code, "\n"), "\n")
		for i, line := range lines {
			lines[i] = strings.TrimSpace(line)
		}
		fmt.Fprintf(b, "\n```sh\n%s\n```\n", strings.Join(lines, "\n"))
		if after = strings.TrimSpace(after); after != "" {
			fmt.Fprintf(b, "\n%s\n", after)
		}
	} else if c.Detail != "" {
		fmt.Fprintf(b, "\n%s\n", strings.TrimSpace(c.Detail))
	}
	if len(c.Positional) > 0 {
		b.WriteString("\n| argument | meaning |\n|---|---|\n")
		for _, p := range c.Positional {
			fmt.Fprintf(b, "| `%s` | %s |\n", p.Summary(), cell(p.Help))
		}
	}
	if list := flags(app, c); len(list) > 0 {
		b.WriteString("\n| flag | variable | default | meaning |\n|---|---|---|---|\n")
		for _, f := range list {
			row(b, f)
		}
	}
}

// row is one flag.
func row(b *strings.Builder, f *kong.Flag) {
	name := "--" + f.Name
	switch {
	case f.Tag.Negatable != "":
		name = "--[no-]" + f.Name
	case f.Enum != "":
		name += "=" + strings.ReplaceAll(f.Enum, ",", "|")
	case !f.IsBool():
		name += "=" + f.FormatPlaceHolder()
	}
	code := func(text string) string {
		if text == "" {
			return ""
		}
		return "`" + strings.ReplaceAll(text, "|", `\|`) + "`"
	}
	var variables []string
	for _, v := range f.Envs {
		variables = append(variables, code(v))
	}
	fmt.Fprintf(b, "| %s | %s | %s | %s |\n", code(name), strings.Join(variables, ", "), code(f.Default), cell(f.OrigHelp))
}

// cell is a text inside of a table.
func cell(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\n", " "), "|", `\|`)
}
