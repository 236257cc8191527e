package egress_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"crier/delivery/egress"
)

const limit = 64 << 10

func TestPostBoundsTheBody(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789abcdef", 2*limit/16)
	for name, test := range map[string]struct {
		encoding, body, want string
		truncated            bool
	}{
		"empty":                 {"", "", "", false},
		"at the limit":          {"", long[:limit], long[:limit], false},
		"one more":              {"", long[:limit+1], long[:limit], true},
		"identity":              {"identity", "plain", "plain", false},
		"gzip":                  {"gzip", zipped(t, "packed"), "packed", false},
		"x-gzip":                {"x-gzip", zipped(t, "packed"), "packed", false},
		"GZIP":                  {"GZIP", zipped(t, "packed"), "packed", false},
		"gzip of nothing":       {"gzip", zipped(t, ""), "", false},
		"gzip at the limit":     {"gzip", zipped(t, long[:limit]), long[:limit], false},
		"gzip of one more":      {"gzip", zipped(t, long[:limit+1]), long[:limit], true},
		"gzip bomb":             {"gzip", zipped(t, strings.Repeat("\x00", 16<<20)), strings.Repeat("\x00", limit), true},
		"gzip, but is not":      {"gzip", "plain", "plain", false},
		"gzip without a body":   {"gzip", "", "", false},
		"gzip cut short":        {"gzip", zipped(t, "packed")[:12], zipped(t, "packed")[:12], false},
		"another encoding":      {"br", "\x0b\x02\x80", "\x0b\x02\x80", false},
		"two encodings at once": {"gzip, gzip", "twice", "twice", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			receiver := newReceiver(t, func(w http.ResponseWriter, r *http.Request) {
				if accepted := r.Header.Get("Accept-Encoding"); accepted != "" {
					t.Errorf("the receiver was asked for %s", accepted)
				}
				if test.encoding != "" {
					w.Header().Set("Content-Encoding", test.encoding)
				}
				io.WriteString(w, test.body)
			})
			response := post(t, newClient(t, development(), egress.Options{}), receiver.URL)
			if string(response.Body) != test.want || response.Truncated != test.truncated {
				t.Errorf("got %d bytes (%.40q), truncated %t; want %d (%.40q), %t",
					len(response.Body), response.Body, response.Truncated, len(test.want), test.want, test.truncated)
			}
		})
	}
}

// What cannot be compressed fills the limit before it is unpacked: what came of it is kept.
func TestPostKeepsTheBeginningOfALargeGzip(t *testing.T) {
	t.Parallel()
	noise := make([]byte, 1<<20)
	for i, state := 0, uint32(1); i < len(noise); i++ {
		state = state*1664525 + 1013904223
		noise[i] = byte(state >> 24)
	}
	receiver := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		io.WriteString(w, zipped(t, string(noise)))
	})
	response := post(t, newClient(t, development(), egress.Options{}), receiver.URL)
	if !response.Truncated || len(response.Body) > limit || len(response.Body) < limit/2 || !bytes.HasPrefix(noise, response.Body) {
		t.Errorf("got %d bytes, truncated %t", len(response.Body), response.Truncated)
	}
	if got := response.Header.Get("Content-Encoding"); got != "" {
		t.Errorf("the unpacked body is still said to be %s", got)
	}
}

// An endless body ends the exchange early; the receiver notices that nobody reads on.
func TestPostLeavesAnEndlessBody(t *testing.T) {
	t.Parallel()
	left := make(chan struct{})
	receiver := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
		defer close(left)
		for {
			if _, err := w.Write(make([]byte, 32<<10)); err != nil {
				return
			}
		}
	})
	response := post(t, newClient(t, development(), egress.Options{}), receiver.URL)
	if response.Status != http.StatusOK || len(response.Body) != limit || !response.Truncated {
		t.Errorf("got %d with %d bytes, truncated %t", response.Status, len(response.Body), response.Truncated)
	}
	<-left
}

func zipped(t *testing.T, text string) string {
	t.Helper()
	var buffer bytes.Buffer
	writer := gzip.NewWriter(&buffer)
	if _, err := io.WriteString(writer, text); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.String()
}
