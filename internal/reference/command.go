package reference

import (
	"io"

	"github.com/alecthomas/kong"

	"crier/internal/terminal"
)

// Complete is the command line of `crier completion`.
type Complete struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help says what to do with it.
func (Complete) Help() string {
	return `Examples:

  source <(crier completion bash)
  crier completion zsh > "${fpath[1]}/_crier"
  crier completion fish > ~/.config/fish/completions/crier.fish
`
}

// Run prints the script of a shell.
func (c Complete) Run(t terminal.Terminal, app *kong.Application) error {
	_, err := io.WriteString(t.Out, Completion(app, c.Shell))
	return err
}

// Show is the command line of `crier reference`.
type Show struct{}

// Run prints the reference.
func (Show) Run(t terminal.Terminal, app *kong.Application) error {
	_, err := io.WriteString(t.Out, Markdown(app))
	return err
}
