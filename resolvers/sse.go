package resolvers

import (
	"bytes"
	"context"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/document"
)

// mediaEvents is the media type of server-sent events. Operations run over them
// as the graphql-sse protocol has it in its mode of distinct connections: each in
// a response of its own. gqlgen's own knows no GET, bounds neither bodies nor
// writes, and ends in an event that browsers drop.
const mediaEvents = "text/event-stream"

// acceptsEvents reports whether server-sent events are among what a client accepts.
func acceptsEvents(r *http.Request) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		if media, _, err := mime.ParseMediaType(part); err == nil && media == mediaEvents {
			return true
		}
	}
	return false
}

// stream answers a subscription until it ends or the client leaves.
func (t httpTransport) stream(w http.ResponseWriter, r *http.Request, request *graphql.OperationContext) {
	if !acceptsEvents(r) {
		writeRefused(w, r, gqlerror.List{document.Errorf(document.CodeBadUserInput,
			"a subscription needs server-sent events, asked for with Accept: text/event-stream, or a WebSocket")})
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	answers, refused := t.start(ctx, request, r.Header.Get("Last-Event-ID"))
	if refused != nil {
		writeRefused(w, r, refused)
		return
	}
	events := openEvents(w)
	defer events.keepAlive(ctx, cancel, t.live.KeepAlive)()
	if answers.place != nil {
		_ = events.send([]byte(placed(answers) + "\n")) // The next write fails too.
	}
	for answer := answers.next(ctx); answer != nil; answer = answers.next(ctx) {
		body, err := encodeResponse(answer, true)
		if err != nil {
			logInternal(ctx, t.log, err)
			return
		}
		if events.send(append([]byte(placed(answers)), event("next", body)...)) != nil {
			return // The client went away.
		}
	}
	_ = events.send(event("complete", nil)) // Likewise.
}

// events is a response that goes on.
type events struct {
	mu      sync.Mutex
	w       http.ResponseWriter
	control *http.ResponseController
}

// openEvents begins a response of events, with a comment that shows the client
// at once that it has begun.
func openEvents(w http.ResponseWriter) *events {
	e := &events{w: w, control: http.NewResponseController(w)}
	h := w.Header()
	h.Set("Content-Type", mediaEvents+"; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx, ngx_http_proxy_module
	_ = e.send([]byte(comment))      // The next write fails too.
	return e
}

// placed is the field of an event by which a client that comes back says where it
// was; without data it is no event, and still noted (HTML, Server-sent events, 9.2.6).
func placed(a answers) string {
	if a.place == nil {
		return ""
	}
	return "id: " + strconv.FormatInt(a.place(), 10) + "\n"
}

// comment is what an empty event looks like, which clients leave out.
const comment = ":\n\n"

// send sends what is complete in itself.
func (e *events) send(text []byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	_ = e.control.SetWriteDeadline(time.Now().Add(writeWithin)) // Only a recorder of tests has none.
	if _, err := e.w.Write(text); err != nil {
		return err
	}
	return e.control.Flush()
}

// keepAlive sends a comment each interval until the function that it returns is
// called. Where that fails, it cancels: nobody is there.
func (e *events) keepAlive(ctx context.Context, cancel context.CancelFunc, interval time.Duration) (stop func()) {
	var sending sync.WaitGroup
	sending.Go(func() {
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if e.send([]byte(comment)) != nil {
					cancel()
				}
			}
		}
	})
	return func() {
		cancel()
		sending.Wait()
	}
}

// event is a server-sent event. Its data is there even where it is empty: else
// browsers would leave out the event (HTML, Server-sent events, 9.2.6).
func event(name string, data []byte) []byte {
	var text bytes.Buffer
	text.WriteString("event: " + name + "\ndata: ")
	// Outside of strings JSON may have ends of lines, which would end the data.
	for _, c := range data {
		if c == '\n' || c == '\r' {
			c = ' '
		}
		text.WriteByte(c)
	}
	text.WriteString("\n\n")
	return text.Bytes()
}
