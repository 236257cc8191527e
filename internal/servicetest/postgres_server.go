package servicetest

import (
	"syscall"
	"testing"
)

// PostgresServer is a private PostgreSQL cluster. Its methods fail the test when
// they cannot do their work, so they belong to the goroutine of the test.
type PostgresServer struct {
	// URL is the address of an empty database. It stays the same over Stop and Start.
	URL string

	t       testing.TB
	cluster postgresCluster
}

// StartPostgres starts a private PostgreSQL cluster which the test can stop and
// start. It takes two seconds; a test that needs only a database takes [Postgres].
func StartPostgres(t testing.TB) *PostgresServer {
	t.Helper()
	bin, err := postgresFolder()
	if err != nil {
		missing(t, err.Error())
	}
	s := &PostgresServer{t: t, cluster: postgresCluster{synchronousCommit: "on"}}
	t.Cleanup(func() {
		if err := s.cluster.stop(); err != nil {
			t.Error(err)
		}
	})
	if err := s.cluster.start(bin); err != nil {
		t.Fatal(err)
	}
	s.URL = s.cluster.url("postgres")
	return s
}

// Stop ends the server as a crash would: connections break, transactions that
// have not committed are gone, and those that have are kept. A stopped server
// stays stopped.
func (s *PostgresServer) Stop() {
	s.t.Helper()
	if err := s.cluster.running.stop(syscall.SIGQUIT); err != nil {
		s.t.Fatal(err)
	}
}

// Start starts a stopped server again, on the same port.
func (s *PostgresServer) Start() {
	s.t.Helper()
	running, err := s.cluster.launch(s.cluster.port)
	if err != nil {
		s.t.Fatal(err)
	}
	s.cluster.running = running
}
