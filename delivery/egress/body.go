package egress

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
)

const (
	// maxBody is how much of a response is kept, in bytes (wire.md, "Outcomes").
	maxBody = 64 << 10
	// maxDrain is how much more is read and thrown away to save the connection; beyond it a new one is
	// cheaper.
	maxDrain = 256 << 10
)

// readResponse reads the answer to its end, or as far as it is worth it. An error means that the
// exchange did not come to its end.
func readResponse(answer *http.Response) (Response, error) {
	response := Response{Status: answer.StatusCode, Header: answer.Header}
	// Nobody asks to switch protocols: the transport lets go of such a connection, and of its deadline.
	if answer.Body == http.NoBody || answer.StatusCode == http.StatusSwitchingProtocols {
		return response, nil
	}
	body, truncated, err := readAtMost(answer.Body, maxBody)
	if err != nil {
		return Response{}, err
	}
	if _, err := io.CopyN(io.Discard, answer.Body, maxDrain); err != nil && !errors.Is(err, io.EOF) {
		return Response{}, err
	}
	response.Body, response.Truncated = body, truncated
	if isGzip(answer.Header) {
		response.decompress()
	}
	return response, nil
}

// readAtMost returns the first limit bytes of r, and whether there is more. To know, it reads one more.
func readAtMost(r io.Reader, limit int64) (body []byte, more bool, err error) {
	body, err = io.ReadAll(io.LimitReader(r, limit+1))
	if int64(len(body)) > limit {
		return body[:limit], true, err
	}
	return body, false, err
}

// isGzip knows a receiver that compresses though it was not asked to.
func isGzip(header http.Header) bool {
	encoding := strings.ToLower(header.Get("Content-Encoding"))
	return encoding == "gzip" || encoding == "x-gzip"
}

// decompress replaces the body by what it unpacks to, within the same limit. What cannot be unpacked
// stays as it came: the receiver has answered, and a flaw in its answer is not a failed delivery.
func (r *Response) decompress() {
	reader, err := gzip.NewReader(bytes.NewReader(r.Body))
	if err != nil {
		return
	}
	unpacked, more, err := readAtMost(reader, maxBody)
	if err != nil && !r.Truncated {
		return
	}
	r.Body, r.Truncated = unpacked, more || r.Truncated
	r.Header.Del("Content-Encoding")
	r.Header.Del("Content-Length")
}
