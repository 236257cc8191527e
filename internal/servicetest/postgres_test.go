package servicetest_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"crier/internal/servicetest"
)

func query(t *testing.T, url, statement string) string {
	t.Helper()
	output, err := exec.Command(servicetest.Program(t, "psql"), "-XAtc", statement, url).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", statement, err, output)
	}
	return strings.TrimSpace(string(output))
}

func TestPostgresDatabasesAreFresh(t *testing.T) {
	t.Parallel()
	one, two := servicetest.Postgres(t), servicetest.Postgres(t)
	query(t, one, "CREATE TABLE a (b int)")
	for url, want := range map[string]string{one: "1", two: "0"} {
		if got := query(t, url, "SELECT count(*) FROM pg_tables WHERE tablename = 'a'"); got != want {
			t.Errorf("%s has %s tables, want %s", url, got, want)
		}
	}
	if got := query(t, one, "SHOW server_encoding"); got != "UTF8" {
		t.Errorf("encoding %s", got)
	}
}

func TestPostgresDropsTheDatabaseAfterTheTest(t *testing.T) {
	t.Parallel()
	var gone string
	t.Run("inner", func(t *testing.T) { gone = servicetest.Postgres(t) })
	name := gone[strings.LastIndex(gone, "/")+1 : strings.Index(gone, "?")]
	if got := query(t, servicetest.Postgres(t), "SELECT count(*) FROM pg_database WHERE datname = '"+name+"'"); got != "0" {
		t.Errorf("database %s is still there", name)
	}
}

func TestRunStopsTheCluster(t *testing.T) {
	t.Parallel()
	folder, err := os.MkdirTemp("", "servicetest-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o755); err != nil { // the server's user passes through
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestPostgresDatabasesAreFresh$", "-test.v")
	cmd.Env = append(os.Environ(), "TMPDIR="+folder)
	output, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(output), "TestPostgresDatabasesAreFresh") {
		t.Fatalf("%v\n%s", err, output)
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestPostgresServerKeepsWhatWasCommitted(t *testing.T) {
	t.Parallel()
	server := servicetest.StartPostgres(t)
	url := server.URL
	query(t, url, "CREATE TABLE a (b int)")
	query(t, url, "INSERT INTO a VALUES (7)")
	server.Stop()
	server.Stop() // once more does nothing
	if output, err := exec.Command(servicetest.Program(t, "psql"), "-c", "SELECT 1", url).CombinedOutput(); err == nil {
		t.Errorf("a stopped server answers %s", output)
	}
	server.Start()
	if got := query(t, server.URL, "SELECT b FROM a"); got != "7" || server.URL != url {
		t.Errorf("at %s after the start: %s; before, at %s: 7", server.URL, got, url)
	}
}
