package servicetest_test

import (
	"fmt"
	"path/filepath"
	"runtime"
	"testing"

	"crier/internal/servicetest"
)

// recorder stands in for a test and records how it was ended.
type recorder struct {
	testing.TB
	skipped, failed string
}

func (r *recorder) Helper() {}

func (r *recorder) Skipf(format string, args ...any) {
	r.skipped = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.failed = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// program calls servicetest.Program in a goroutine of its own, which a skip or a
// failure ends.
func (r *recorder) program(names ...string) (path string) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		path = servicetest.Program(r, names...)
	}()
	<-done
	return path
}

func TestProgram(t *testing.T) {
	for _, c := range []struct {
		name, require          string
		names                  []string
		found, skipped, failed string
	}{
		{name: "the first that is installed", names: []string{"no-such-program", "go"}, found: "go"},
		{name: "skipped with the reason", names: []string{"no-such-program"}, skipped: "not installed: no-such-program"},
		{name: "required", require: "1", names: []string{"no-such-program", "nor-this"},
			failed: "not installed, and CRIER_TEST_REQUIRE=1 requires it: no-such-program, nor-this"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("CRIER_TEST_REQUIRE", c.require)
			var r recorder
			path := r.program(c.names...)
			if c.found != "" && filepath.Base(path) != c.found || c.found == "" && path != "" {
				t.Errorf("path %q, want that of %q", path, c.found)
			}
			if r.skipped != c.skipped || r.failed != c.failed {
				t.Errorf("skipped %q, failed %q; want %q, %q", r.skipped, r.failed, c.skipped, c.failed)
			}
		})
	}
}

func TestBrowserAndNode(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"Chromium": servicetest.Chromium(t), "Node": servicetest.Node(t)} {
		if !filepath.IsAbs(path) {
			t.Errorf("%s: path %q is not absolute", name, path)
		}
	}
}
