package terminal

import (
	"fmt"
	"strconv"
)

// Number reads the number of a flag; the error names the flag and its bounds.
func Number(flag, text string, least, most int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("%s is %q: write a number from %d to %d", flag, text, least, most)
	}
	return n, nil
}
