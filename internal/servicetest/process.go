package servicetest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

const (
	// startTimeout bounds the time from the start of a server to its line of
	// readiness; it is generous, since machines that run tests are busy.
	startTimeout = time.Minute
	// stopTimeout is how long a server may take to obey a signal before it is
	// killed.
	stopTimeout = 20 * time.Second
	// startAttempts is how often a server is started anew, on another port, when
	// it ends before it is ready: another program may have taken the port.
	startAttempts = 5
	// highestPort leaves room for the bus of Redis Cluster, 10,000 ports above.
	highestPort = 55_535
	// longestLine bounds a line of output; what is longer ends the reading of it.
	longestLine = 1 << 20
	// keptLines is how much of a server's output an error shows.
	keptLines = 20
)

// process is a running server whose output is read until it ends.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended and its output is read
	// ready is the line that said so; to be read once the process has started.
	ready string

	mu   sync.Mutex
	last []string // the last lines of its output
}

// startProcess starts cmd and waits until a line of its output contains ready.
func startProcess(cmd *exec.Cmd, ready string) (*process, error) {
	output, writer, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("pipe for %s: %w", cmd.Path, err)
	}
	cmd.Stdout, cmd.Stderr = writer, writer
	err = cmd.Start()
	_ = writer.Close() // the child has its own copy; the end of that ends the output
	if err != nil {
		_ = output.Close()
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	p := &process{cmd: cmd, done: make(chan struct{})}
	isReady := make(chan struct{})
	go p.follow(output, ready, isReady)
	select {
	case <-isReady:
		return p, nil
	case <-p.done:
		return nil, fmt.Errorf("%s ended before it was ready:\n%s", cmd.Path, p.output())
	case <-time.After(startTimeout):
		_ = p.stop(os.Kill)
		return nil, fmt.Errorf("%s was not ready within %s:\n%s", cmd.Path, startTimeout, p.output())
	}
}

// follow reads the output to its end, closes isReady at the first line which
// contains ready, and then reaps the process.
func (p *process) follow(output io.ReadCloser, ready string, isReady chan<- struct{}) {
	defer close(p.done)
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, longestLine)
	for seen := false; lines.Scan(); {
		p.keep(lines.Text())
		if !seen && strings.Contains(lines.Text(), ready) {
			seen, p.ready = true, lines.Text()
			close(isReady)
		}
	}
	_ = output.Close()
	_ = p.cmd.Wait() // a server that was told to stop reports that as an error
}

func (p *process) keep(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = append(p.last, line)
	if len(p.last) > keptLines {
		p.last = p.last[1:]
	}
}

func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.last, "\n")
}

// stop sends the signal and waits for the end, which it enforces when the
// process takes too long.
func (p *process) stop(signal os.Signal) error {
	select {
	case <-p.done:
		return nil
	default:
	}
	if err := p.cmd.Process.Signal(signal); err != nil {
		return fmt.Errorf("signal %s: %w", p.cmd.Path, err)
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(stopTimeout):
	}
	if err := p.cmd.Process.Kill(); err != nil {
		return fmt.Errorf("kill %s: %w", p.cmd.Path, err)
	}
	<-p.done
	return fmt.Errorf("%s did not obey %v within %s and was killed", p.cmd.Path, signal, stopTimeout)
}

// onFreePort calls start with a free port until a server stays up on it.
func onFreePort(start func(port int) (*process, error)) (*process, int, error) {
	var last error
	for range startAttempts {
		port, err := freePort()
		if err != nil {
			return nil, 0, err
		}
		p, err := start(port)
		if err == nil {
			return p, port, nil
		}
		last = err
	}
	return nil, 0, last
}

// freePort returns a TCP port of 127.0.0.1 that nobody listens on at this moment.
func freePort() (int, error) {
	for {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 0, fmt.Errorf("find a free port: %w", err)
		}
		port := listener.Addr().(*net.TCPAddr).Port
		if err := listener.Close(); err != nil {
			return 0, fmt.Errorf("find a free port: %w", err)
		}
		if port <= highestPort {
			return port, nil
		}
	}
}
