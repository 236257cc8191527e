package delivery_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// frames is a connection of HTTP/2 on which anything may be written.
type frames struct {
	*http2.Framer
	block   bytes.Buffer
	encoder *hpack.Encoder
}

// header writes a header block, of names and values in turn.
func (f *frames) header(stream uint32, end bool, pairs ...string) error {
	return f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: f.encode(pairs...), EndHeaders: true, EndStream: end})
}

// encode packs a header block.
func (f *frames) encode(pairs ...string) []byte {
	f.block.Reset()
	for i := 0; i < len(pairs); i += 2 {
		f.encoder.WriteField(hpack.HeaderField{Name: pairs[i], Value: pairs[i+1]}) // a buffer takes everything
	}
	return f.block.Bytes()
}

// inFrames answers each request over HTTP/2 with frames of its own.
func inFrames(do answer, settings ...http2.Setting) misbehaviour {
	return func(e *endpoint) string {
		return "https://" + e.serve(func(conn net.Conn) {
			secure := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{e.certificate}, NextProtos: []string{"h2"}})
			if _, err := io.CopyN(io.Discard, secure, int64(len(http2.ClientPreface))); err != nil {
				return
			}
			f := &frames{Framer: http2.NewFramer(secure, secure)}
			f.encoder = hpack.NewEncoder(&f.block)
			for err := f.WriteSettings(settings...); err == nil; {
				err = f.next(do)
			}
		})
	}
}

// next reads a frame, and answers where it ends a request.
func (f *frames) next(do answer) error {
	read, err := f.ReadFrame()
	if err != nil {
		return err
	}
	switch frame := read.(type) {
	case *http2.SettingsFrame:
		if !frame.IsAck() {
			return f.WriteSettingsAck()
		}
	case *http2.DataFrame:
		if frame.StreamEnded() {
			return do(f, frame.StreamID)
		}
	}
	return nil
}

// answer does something with a request.
type answer = func(f *frames, stream uint32) error

// steps does one thing after the other.
func steps(all ...answer) answer {
	return func(f *frames, stream uint32) error {
		for _, step := range all {
			if err := step(f, stream); err != nil {
				return err
			}
		}
		return nil
	}
}

// onceThenSuccess misbehaves on the first request only.
func onceThenSuccess(misbehave answer) misbehaviour {
	return func(e *endpoint) string {
		var requests atomic.Int64
		return inFrames(func(f *frames, stream uint32) error {
			if requests.Add(1) == 1 {
				return misbehave(f, stream)
			}
			return f.header(stream, true, ":status", "200")
		})(e)
	}
}

func noAnswer(*frames, uint32) error { return nil }

// hangUp closes the connection.
func hangUp(*frames, uint32) error { return io.EOF }

// headersOnly begins an answer.
func headersOnly(f *frames, stream uint32) error { return f.header(stream, false, ":status", "200") }

// someData goes on with an answer, for as much as the client takes unasked.
func someData(f *frames, stream uint32) error {
	for range 3 {
		if err := f.WriteData(stream, false, make([]byte, 16<<10)); err != nil {
			return err
		}
	}
	return nil
}

// goAway says that it has seen no request.
func goAway(f *frames, _ uint32) error { return f.WriteGoAway(0, http2.ErrCodeNo, nil) }

func resetStream(code http2.ErrCode) answer {
	return func(f *frames, stream uint32) error { return f.WriteRSTStream(stream, code) }
}

// floodPings asks for signs of life and hears none of them.
func floodPings(f *frames, _ uint32) error {
	for {
		if err := f.WritePing(false, [8]byte{}); err != nil {
			return err
		}
	}
}

// floodInterim sends interim answers without an end. Each is large, and does not fit
// into the table of HPACK, so that a few of them are too much for an exchange, and some
// hundred for the connection. Small ones take a busy machine so long that an attempt
// which finds the connection flooded still would run into its timeout first.
func floodInterim(f *frames, stream uint32) error {
	link := "</" + strings.Repeat("x", 8<<10) + ">"
	for {
		if err := f.header(stream, false, ":status", "103", "link", link); err != nil {
			return err
		}
	}
}

// floodContinuations never ends its headers.
func floodContinuations(f *frames, stream uint32) error {
	block := f.encode(":status", "200")
	err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block})
	for block = f.encode(many(500)...); err == nil; {
		err = f.WriteContinuation(stream, false, block)
	}
	return err
}

// manyHeaders answers with 10,000 headers that are a byte each on the way.
func manyHeaders(f *frames, stream uint32) error {
	return f.header(stream, true, append([]string{":status", "200"}, many(10_000)...)...)
}

// manyTrailers does the same behind a body.
func manyTrailers(f *frames, stream uint32) error {
	if err := headersOnly(f, stream); err != nil {
		return err
	}
	if err := f.WriteData(stream, false, []byte("body")); err != nil {
		return err
	}
	return f.header(stream, true, many(10_000)...)
}

// many is a header n times.
func many(n int) []string { return slices.Repeat([]string{"x-many", "x"}, n) }
