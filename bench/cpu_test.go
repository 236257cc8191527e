package bench_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// ticks is how many make a second in proc(5), on every Linux that Go runs on.
const ticks = 100

// usage is what one process of the machine has used.
type usage struct {
	parent string
	ticks  int
}

// processorTime is what this process and those that descend from it, its services,
// have used up to now.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	must(b, err)
	processes := make(map[string]usage, len(files))
	for _, file := range files {
		stat, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		name, fields, _ := strings.Cut(string(stat), ") ")
		pid, _, _ := strings.Cut(name, " (")
		processes[pid] = usage{strings.Fields(fields)[1], number(fields, 11) + number(fields, 12)} // utime and stime
	}
	self, total := strconv.Itoa(os.Getpid()), 0
	for pid, p := range processes {
		for ancestor := pid; ancestor != ""; ancestor = processes[ancestor].parent {
			if ancestor == self {
				total += p.ticks
				break
			}
		}
	}
	return time.Duration(total) * time.Second / ticks
}

// number is a field of a line.
func number(line string, field int) int {
	n, _ := strconv.Atoi(strings.Fields(line)[field])
	return n
}
