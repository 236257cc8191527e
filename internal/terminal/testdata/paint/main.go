// Command paint writes a word in green where its output takes colours.
package main

import (
	"fmt"
	"os"

	"crier/internal/terminal"
)

func main() { fmt.Println(terminal.ColoursOf(os.Stdout).Good("green")) }
