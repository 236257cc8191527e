package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"crier/internal/servicetest"
)

// operatorKey is the key of every server that these tests start.
const operatorKey = "operator-key-for-tests-0123456789abcdef"

// patience bounds every wait; what it guards takes seconds at most, or the time of a take-over.
const patience = 90 * time.Second

func TestMain(m *testing.M) { os.Exit(servicetest.Run(m)) }

// place is where a server keeps its data: the environment of its processes.
type place []string

// embedded is a place of SQLite and the Redis within the process.
func embedded(t *testing.T) place {
	t.Helper()
	return place{"CRIER_DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "crier.db")}
}

// production is a place of PostgreSQL and a real Redis, which may be nil.
func production(t *testing.T, redis *servicetest.RedisServer) place {
	t.Helper()
	p := place{
		"CRIER_DATABASE_URL=" + servicetest.Postgres(t),
		"CRIER_SECRET_KEY=" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("k"), 32)),
	}
	if redis != nil {
		p = append(p, "CRIER_REDIS_URL="+redis.URL)
	}
	return p
}

func (p place) with(variables ...string) place {
	return append(append(place{}, p...), variables...)
}

// environ is the environment of a process at a place: none of the caller's variables of Crier.
func (p place) environ() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "CRIER_") {
			env = append(env, v)
		}
	}
	return append(append(env, "CRIER_LISTEN=127.0.0.1:0", "CRIER_OPERATOR_KEY="+operatorKey,
		"CRIER_ENDPOINT_ALLOW=127.0.0.0/8", "CRIER_ENDPOINT_ALLOW_HTTP=true", "CRIER_LOG_FORMAT=json"), p...)
}

// process is a running server.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	url  string
	logs *lockedBuffer
	done chan struct{}
	err  error // of Wait, once done is closed
}

// lockedBuffer collects what a process writes.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// serve starts a server and waits until it is ready.
func serve(t *testing.T, p place) *process {
	t.Helper()
	return serveBy(t, servicetest.Crier(t), p)
}

// serveBy is serve with another build of the program.
func serveBy(t *testing.T, binary string, p place) *process {
	t.Helper()
	s := &process{t: t, cmd: exec.Command(binary, "serve"), logs: &lockedBuffer{}, done: make(chan struct{})}
	s.cmd.Env, s.cmd.Stderr = p.environ(), s.logs
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if line := lines.Text(); strings.HasPrefix(line, "crier ready ") {
				ready <- line
			}
		}
		s.err = s.cmd.Wait()
		close(s.done)
	}()
	t.Cleanup(s.kill)
	select {
	case line := <-ready:
		s.url = field(line, "url")
	case <-s.done:
		t.Fatalf("the server ended: %v\n%s", s.err, s.logs)
	case <-time.After(patience):
		t.Fatalf("the server is not ready\n%s", s.logs)
	}
	return s
}

// field returns a value of a line of name=value pairs.
func field(line, name string) string {
	for _, pair := range strings.Fields(line) {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}

// kill ends the process at once, as a crash would.
func (s *process) kill() {
	_ = s.cmd.Process.Kill() // it may have ended already
	<-s.done
	if strings.Contains(s.logs.String(), "WARNING: DATA RACE") {
		s.t.Errorf("the race detector found:\n%s", s.logs)
	}
}

// stop asks the process to end and expects exit code 0.
func (s *process) stop() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	select {
	case <-s.done:
		if s.err != nil {
			s.t.Errorf("after SIGTERM: %v\n%s", s.err, s.logs)
		}
	case <-time.After(patience):
		s.t.Fatalf("the server does not stop\n%s", s.logs)
	}
}

// object is a JSON object.
type object = map[string]any

// ask executes a document as the operator and returns its data; errors of GraphQL fail the test.
func (s *process) ask(document string, variables object) object {
	s.t.Helper()
	data, errs := s.try(operatorKey, document, variables)
	if len(errs) > 0 {
		s.t.Fatalf("%s\nanswers %v\n%s", document, errs, s.logs)
	}
	return data
}

// try executes a document with a key.
func (s *process) try(key, document string, variables object) (data object, errs []any) {
	s.t.Helper()
	var answer struct {
		Data   object
		Errors []any
	}
	s.post(key, document, variables, &answer)
	return answer.Data, answer.Errors
}

// post executes a document with a key, and reads the response into answer.
func (s *process) post(key, document string, variables object, answer any) {
	s.t.Helper()
	body, err := json.Marshal(object{"query": document, "variables": variables})
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatalf("%v\n%s", err, s.logs)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err = errors.Join(err, json.Unmarshal(text, answer)); err != nil {
		s.t.Fatalf("HTTP %d %s: %v", response.StatusCode, text, err)
	}
}

// at walks down a JSON value: names of objects, numbers of lists.
func at(t *testing.T, value any, path ...any) any {
	t.Helper()
	for i, step := range path {
		switch key := step.(type) {
		case string:
			o, ok := value.(object)
			if !ok {
				t.Fatalf("no object at %v of %v", path[:i], path)
			}
			value = o[key]
		case int:
			list, ok := value.([]any)
			if !ok || key >= len(list) {
				t.Fatalf("no item at %v: %v", path[:i+1], value)
			}
			value = list[key]
		}
	}
	return value
}

// text is at for strings.
func text(t *testing.T, value any, path ...any) string {
	t.Helper()
	found, ok := at(t, value, path...).(string)
	if !ok {
		t.Fatalf("no text at %v: %v", path, at(t, value, path...))
	}
	return found
}

// equalJSON compares two JSON values.
func equalJSON(t *testing.T, a, b any) bool {
	t.Helper()
	left, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	right, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Equal(left, right)
}

// firstColumn is the first column of a CSV file, without its header.
func firstColumn(t *testing.T, file string) []string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var column []string
	for _, row := range rows[1:] {
		column = append(column, row[0])
	}
	return column
}
