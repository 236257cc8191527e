package reference

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// word is something that can be written next, with what it means.
type word struct{ text, help string }

// place is where a word can stand: behind a command, "" for the program alone.
type place struct {
	command string
	words   []word
}

// places are all places, each with its words.
func places(app *kong.Application) []place {
	var list []place
	var visit func(n *kong.Node, command string)
	visit = func(n *kong.Node, command string) {
		p := place{command: command}
		for _, c := range n.Children {
			if !c.Hidden {
				p.words = append(p.words, word{c.Name, c.Help})
			}
		}
		if n.Leaf() {
			for _, f := range flags(app, n) {
				p.words = append(p.words, word{"--" + f.Name, f.OrigHelp})
			}
		}
		p.words = append(p.words, word{"--help", "Show help."})
		list = append(list, p)
		for _, c := range n.Children {
			if !c.Hidden {
				visit(c, strings.TrimSpace(command+" "+c.Name))
			}
		}
	}
	visit(app.Node, "")
	return list
}

// values are what the flags and arguments with a closed list can be, by flag.
func values(app *kong.Application) map[string][]string {
	found := map[string][]string{}
	for _, c := range commands(app) {
		for _, f := range flags(app, c) {
			if f.Enum != "" {
				found["--"+f.Name] = strings.Split(f.Enum, ",")
			}
		}
	}
	return found
}

// Completion is a script that has a shell complete the commands and flags; "" for a shell
// that is not known. It knows all words itself and asks nobody.
func Completion(app *kong.Application, shell string) string {
	switch shell {
	case "bash":
		return bash(app)
	case "zsh":
		return zsh(app)
	case "fish":
		return fish(app)
	}
	return ""
}

func bash(app *kong.Application) string {
	var b strings.Builder
	b.WriteString("# bash completion of crier: source <(crier completion bash)\n_crier() {\n  local command= words= i\n")
	b.WriteString("  for ((i = 1; i < COMP_CWORD; i++)); do\n    case \"$command ${COMP_WORDS[i]}\" in\n      " + known(app) + ") command+=\" ${COMP_WORDS[i]}\" ;;\n    esac\n  done\n")
	b.WriteString("  case \"$command\" in\n")
	for _, p := range places(app) {
		fmt.Fprintf(&b, "    %s) words=%s ;;\n", quote(behind(p.command)), quote(strings.Join(texts(p.words), " ")))
	}
	b.WriteString("  esac\n  case \"${COMP_WORDS[COMP_CWORD-1]}\" in\n")
	for _, name := range slices.Sorted(maps.Keys(values(app))) {
		fmt.Fprintf(&b, "    %s) words=%s ;;\n", name, quote(strings.Join(values(app)[name], " ")))
	}
	b.WriteString("  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\ncomplete -o default -F _crier crier\n")
	return b.String()
}

func zsh(app *kong.Application) string {
	var b strings.Builder
	b.WriteString("#compdef crier\n# zsh completion of crier: crier completion zsh > a folder of $fpath, as _crier\n_crier() {\n  local command= word\n  local -a list\n")
	b.WriteString("  for word in ${words[2,CURRENT-1]}; do\n    case \"$command $word\" in\n      (" + known(app) + ") command+=\" $word\" ;;\n    esac\n  done\n  case \"$command\" in\n")
	for _, p := range places(app) {
		fmt.Fprintf(&b, "    (%s) list=(\n", quote(behind(p.command)))
		for _, w := range p.words {
			fmt.Fprintf(&b, "      %s\n", quote(strings.ReplaceAll(w.text, ":", `\:`)+":"+w.help))
		}
		b.WriteString("    ) ;;\n")
	}
	b.WriteString("  esac\n  case \"${words[CURRENT-1]}\" in\n")
	for _, name := range slices.Sorted(maps.Keys(values(app))) {
		fmt.Fprintf(&b, "    (%s) list=(%s) ;;\n", name, strings.Join(values(app)[name], " "))
	}
	b.WriteString("  esac\n  _describe crier list\n  [[ ${words[CURRENT]} == -* ]] || _files\n}\nif [[ $zsh_eval_context == *func ]]; then _crier \"$@\"; else compdef _crier crier; fi\n")
	return b.String()
}

func fish(app *kong.Application) string {
	var b strings.Builder
	b.WriteString("# fish completion of crier: crier completion fish > ~/.config/fish/completions/crier.fish\n")
	known := values(app)
	for _, p := range places(app) {
		last := p.command[strings.LastIndex(p.command, " ")+1:]
		when := "__fish_use_subcommand"
		if last != "" {
			when = "__fish_seen_subcommand_from " + last
		}
		for _, w := range p.words {
			option, flag := strings.CutPrefix(w.text, "--")
			switch list, closed := known[w.text]; {
			case closed:
				fmt.Fprintf(&b, "complete -c crier -n %s -x -l %s -a %s -d %s\n", quote(when), option, quote(strings.Join(list, " ")), quote(w.help))
			case flag:
				fmt.Fprintf(&b, "complete -c crier -n %s -l %s -d %s\n", quote(when), option, quote(w.help))
			default:
				fmt.Fprintf(&b, "complete -c crier -n %s -f -a %s -d %s\n", quote(when), w.text, quote(w.help))
			}
		}
	}
	return b.String()
}

// known are the patterns of a command and the word behind it that is one too.
func known(app *kong.Application) string {
	var patterns []string
	for _, p := range places(app)[1:] {
		patterns = append(patterns, quote(behind(p.command)))
	}
	return strings.Join(patterns, "|")
}

// behind is a command as the scripts gather it: a space before each word.
func behind(command string) string {
	if command == "" {
		return ""
	}
	return " " + command
}

func texts(words []word) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = w.text
	}
	return list
}

// quote is a text as one word of a shell: bash and zsh, and fish, which reads a
// backslash before a quote as they read the end and the beginning of one.
func quote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
