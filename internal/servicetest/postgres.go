package servicetest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// postgres is the one PostgreSQL cluster of this test binary.
var postgres = postgresCluster{synchronousCommit: "off"}

// postgresCluster is a PostgreSQL cluster that starts at its first use.
type postgresCluster struct {
	once    sync.Once
	err     error // why it did not start
	folder  string
	bin     string // folder of the programs
	port    int
	running *process

	// synchronousCommit is the setting of that name: "off" for speed, "on" where
	// what was committed must survive the server's death.
	synchronousCommit string
	identity          *syscall.Credential // who runs the programs; nil is the present user

	databases atomic.Int64 // number of databases created so far
	template  sync.Once
	unfilled  error // why there is no template
}

// Postgres creates an empty database for this test, which ends with it, and
// returns its URL, postgres://postgres@127.0.0.1:PORT/NAME?sslmode=disable. All
// tests of a binary share one cluster, started at the first call; it trades
// durability for speed. TestMain must call [Run], which stops it.
func Postgres(t testing.TB) string {
	t.Helper()
	startPostgres(t)
	return createDatabase(t, "template1")
}

// PostgresFilled is [Postgres] with a copy of a database that fill has filled at
// the first call in a test binary, where fill must always be the same. It must
// leave no connection open.
func PostgresFilled(t testing.TB, fill func(url string) error) string {
	t.Helper()
	startPostgres(t)
	const template = "test_template"
	postgres.template.Do(func() {
		if postgres.unfilled = postgres.query("CREATE DATABASE " + template); postgres.unfilled == nil {
			postgres.unfilled = fill(postgres.url(template))
		}
	})
	if postgres.unfilled != nil {
		t.Fatal(postgres.unfilled)
	}
	return createDatabase(t, template)
}

// startPostgres starts the cluster that tests share, where none has yet.
func startPostgres(t testing.TB) {
	t.Helper()
	bin, err := postgresFolder()
	if err != nil {
		missing(t, err.Error())
	}
	requireRun(t)
	postgres.once.Do(func() { postgres.err = postgres.start(bin) })
	if postgres.err != nil {
		t.Fatal(postgres.err)
	}
}

// createDatabase copies a template for this test.
func createDatabase(t testing.TB, template string) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", postgres.databases.Add(1))
	if err := postgres.query("CREATE DATABASE " + name + " TEMPLATE " + template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := postgres.query("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return postgres.url(name)
}

// postgresFolder returns the folder of the server's programs: that of the
// highest version among Debian's, which are not in PATH, else that of the first
// initdb in PATH.
func postgresFolder() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", fmt.Errorf("look for PostgreSQL: %w", err)
	}
	best, folder := 0.0, ""
	for _, path := range found {
		bin := filepath.Dir(path)
		version, err := strconv.ParseFloat(filepath.Base(filepath.Dir(bin)), 64)
		if err == nil && version > best {
			best, folder = version, bin
		}
	}
	if folder != "" {
		return folder, nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", fmt.Errorf("PostgreSQL server: %w", err)
	}
	return filepath.Dir(path), nil
}

func (c *postgresCluster) start(bin string) error {
	if err := c.create(bin); err != nil {
		return err
	}
	var err error
	c.running, c.port, err = onFreePort(c.launch)
	return err
}

// create makes an empty cluster.
func (c *postgresCluster) create(bin string) error {
	folder, err := os.MkdirTemp("", "crier-postgres-")
	if err != nil {
		return fmt.Errorf("folder for PostgreSQL: %w", err)
	}
	c.bin, c.folder = bin, folder
	if c.identity, err = serverIdentity(); err != nil {
		return err
	}
	if c.identity != nil {
		if err := os.Chown(folder, int(c.identity.Uid), int(c.identity.Gid)); err != nil {
			return fmt.Errorf("hand the folder to PostgreSQL: %w", err)
		}
	}
	initdb := c.command("initdb", "--pgdata", c.data(), "--username", "postgres", "--auth", "trust",
		"--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions")
	if output, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, output)
	}
	return nil
}

// launch starts the server. It never waits for the disk, whose loss no test is about.
func (c *postgresCluster) launch(port int) (*process, error) {
	return startProcess(c.command("postgres", "-D", c.data(), "-p", strconv.Itoa(port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit="+c.synchronousCommit),
		"database system is ready to accept connections")
}

// url is the address of a database.
func (c *postgresCluster) url(name string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", c.port, name)
}

// stop ends the cluster at once and removes its files; it does nothing where the
// cluster was never started.
func (c *postgresCluster) stop() error {
	var stopped, removed error
	if c.running != nil {
		stopped = c.running.stop(syscall.SIGQUIT) // immediate shutdown: nothing is kept
	}
	if c.folder != "" {
		removed = os.RemoveAll(c.folder)
	}
	return errors.Join(stopped, removed)
}

func (c *postgresCluster) data() string { return filepath.Join(c.folder, "data") }

// command prepares one of the server's programs.
func (c *postgresCluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir = c.folder // the present folder may be closed to the identity
	cmd.SysProcAttr = endsWithParent(syscall.SIGQUIT)
	cmd.SysProcAttr.Credential = c.identity
	return cmd
}

// query runs one statement in the maintenance database.
func (c *postgresCluster) query(statement string) error {
	psql := exec.Command(filepath.Join(c.bin, "psql"), "--no-psqlrc", "--quiet", "--host", "127.0.0.1",
		"--port", strconv.Itoa(c.port), "--username", "postgres", "--command", statement, "postgres")
	if output, err := psql.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", statement, err, output)
	}
	return nil
}

// serverIdentity returns the system user that runs the server: PostgreSQL
// refuses root, so root runs it as Debian's user postgres; nil means the present
// user.
func serverIdentity() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root: %w", err)
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("user id of %s: %w", account.Username, err)
	}
	gid, err := strconv.ParseUint(account.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("group id of %s: %w", account.Username, err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}
