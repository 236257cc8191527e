// Package servicetest gives tests the real services that Crier runs on:
// private Redis servers, a private PostgreSQL cluster, and the programs that
// some tests need besides (a browser, Node).
//
// Everything listens on free ports of 127.0.0.1, keeps its files in temporary
// folders and ends with the test, or with the test binary, even where that is
// killed. Where a program is not installed the test is skipped with the reason;
// with CRIER_TEST_REQUIRE=1, as under make test, it fails instead, so that a
// green run means that everything ran.
package servicetest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// requireVariable names the environment variable which turns the skip of a test
// whose service is missing into a failure.
const requireVariable = "CRIER_TEST_REQUIRE"

// Run runs the tests of m, stops what they shared, and then looks for leaked
// goroutines, where all tests passed. It returns the exit code of the test
// binary. A package which uses Postgres, RedisCluster or Crier must call it:
//
//	func TestMain(m *testing.M) { os.Exit(servicetest.Run(m)) }
//
// The options are goleak's; they name goroutines which may outlive the tests.
func Run(m *testing.M, leaks ...goleak.Option) int {
	stoppable = true
	code := m.Run()
	if err := errors.Join(postgres.stop(), redisCluster.stop(), program.remove()); err != nil {
		fmt.Fprintln(os.Stderr, "servicetest: stop the shared servers:", err)
		code = max(code, 1)
	}
	if code != 0 {
		return code
	}
	if err := goleak.Find(leaks...); err != nil {
		fmt.Fprintln(os.Stderr, "servicetest: goroutines outlive the tests:", err)
		return 1
	}
	return 0
}

// stoppable is set by Run, which stops the servers that tests share.
var stoppable bool

// requireRun fails the test where nobody would stop a server that tests share.
func requireRun(t testing.TB) {
	t.Helper()
	if !stoppable {
		t.Fatal("a server that tests share needs TestMain to call servicetest.Run, which stops it")
	}
}

// Program returns the path of the first of names which is installed. Where none
// is, the test is skipped, or fails with CRIER_TEST_REQUIRE=1.
func Program(t testing.TB, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, strings.Join(names, ", "))
	return ""
}

// Chromium returns the path of the browser, by the rule of [Program].
func Chromium(t testing.TB) string {
	t.Helper()
	return Program(t, "chromium", "chromium-browser", "google-chrome")
}

// Node returns the path of Node.js, by the rule of [Program].
func Node(t testing.TB) string {
	t.Helper()
	return Program(t, "node", "nodejs")
}

func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv(requireVariable) == "1" {
		t.Fatalf("not installed, and %s=1 requires it: %s", requireVariable, what)
	}
	t.Skipf("not installed: %s", what)
}
