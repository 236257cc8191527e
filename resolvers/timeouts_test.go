package resolvers_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestSlowBody ends a request whose body does not arrive in the time that the server gives it.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(newFront(t, nil).handler)
	server.Config.ReadHeaderTimeout, server.Config.ReadTimeout = time.Minute, 20*time.Millisecond
	server.Start()
	defer server.Close()
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	fmt.Fprint(connection, "POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer operator\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusRequestTimeout || !strings.Contains(string(body), "the body took too long to arrive") {
		t.Errorf("got %d %s, %v", response.StatusCode, body, err)
	}
}

// deadlined is a connection that tells until when it may be written to.
type deadlined struct {
	*httptest.ResponseRecorder
	until time.Time
}

func (d *deadlined) SetWriteDeadline(until time.Time) error {
	d.until = until
	return nil
}

// TestSlowReader bounds how long an answer waits for a client that does not read it.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	w := &deadlined{ResponseRecorder: httptest.NewRecorder()}
	before := time.Now()
	newFront(t, nil).handler.ServeHTTP(w, with(post(asking("{ __typename }", nil)), "Authorization", "Bearer operator"))
	if first, last := before.Add(time.Minute), time.Now().Add(time.Minute); w.until.Before(first) || w.until.After(last) {
		t.Errorf("it may be written until %v, want between %v and %v", w.until, first, last)
	}
}
