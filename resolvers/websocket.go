package resolvers

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/viewer"
)

// subprotocol is what is spoken over WebSockets (graphql-ws, PROTOCOL.md).
// gqlgen's own transport speaks its predecessor too, but other codes of closing,
// says "complete" after "error", and bounds neither operations nor writes.
const subprotocol = "graphql-transport-ws"

// The codes that a socket is closed with, beside those of RFC 6455.
const (
	closeBadMessage    websocket.StatusCode = 4400
	closeUnauthorized  websocket.StatusCode = 4401
	closeForbidden     websocket.StatusCode = 4403
	closeNoSubprotocol websocket.StatusCode = 4406
	closeInitTimeout   websocket.StatusCode = 4408
	closeSameID        websocket.StatusCode = 4409
	closeInitAgain     websocket.StatusCode = 4429
)

// maxReason is how long the reason of a closing may be, in bytes (RFC 6455, 5.5).
const maxReason = 123

// closing is an error that closes a socket.
func closing(code websocket.StatusCode, reason string) error {
	if len(reason) > maxReason {
		reason = strings.ToValidUTF8(reason[:maxReason], "")
	}
	return websocket.CloseError{Code: code, Reason: reason}
}

// isWebSocket reports whether a request asks for a WebSocket.
func isWebSocket(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// sockets are the WebSockets of this process.
type sockets struct {
	*executor
	options Options
	// life ends when they are cut off.
	life context.Context
	cut  context.CancelFunc

	mu      sync.Mutex
	stopped bool
	open    sync.WaitGroup
}

func newSockets(e *executor, options Options) *sockets {
	s := &sockets{executor: e, options: options}
	s.life, s.cut = context.WithCancel(context.Background())
	return s
}

// enter counts a socket in, unless the server is stopping.
func (s *sockets) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.stopped {
		s.open.Add(1)
	}
	return !s.stopped
}

// shutdown waits for the end of all sockets, which stopping brings about, and
// cuts them off when ctx ends.
func (s *sockets) shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	inTime := context.AfterFunc(ctx, s.cut)
	s.open.Wait()
	if !inTime() {
		return ctx.Err()
	}
	s.cut()
	return nil
}

// serve speaks over one WebSocket until it ends. Pages of every origin may open
// one: keys come in its first message, and nothing looks at cookies.
func (s *sockets) serve(w http.ResponseWriter, r *http.Request) {
	if !withinRate(w, r, s.options.excessOfAddress(r)) {
		return
	}
	if !s.enter() {
		refuseRequest(w, r, http.StatusServiceUnavailable, "the server is stopping")
		return
	}
	defer s.open.Done()
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{subprotocol}, InsecureSkipVerify: true})
	if err != nil {
		s.log.DebugContext(r.Context(), "a WebSocket was refused", "error", err)
		return // Accept has answered.
	}
	conn.SetReadLimit(maxBody)
	ctx, cancel := context.WithCancel(context.WithValue(s.life, requestKey{}, RequestID(r.Context())))
	(&socket{sockets: s, conn: conn, request: r, ctx: ctx, cancel: cancel, acknowledged: make(chan struct{}), active: map[string]*operation{}}).run()
}

// socketMessage is a message of the protocol, in either direction.
type socketMessage struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// handle acts on a message of the client. Its error closes the socket.
func (s *socket) handle(m socketMessage) error {
	switch m.Type {
	case "connection_init":
		return s.init(m.Payload)
	case "ping":
		return s.send(socketMessage{Type: "pong", Payload: m.Payload})
	case "pong":
		return nil
	case "subscribe":
		return s.subscribe(m)
	case "complete":
		s.complete(m.ID)
		return nil
	}
	return closing(closeBadMessage, "the message is of an unknown type")
}

// init acknowledges a client whose key exists.
func (s *socket) init(payload json.RawMessage) error {
	if s.isAcknowledged() {
		return closing(closeInitAgain, "Too many initialisation requests")
	}
	var params map[string]any
	if len(payload) > 0 && json.Unmarshal(payload, &params) != nil {
		return closing(closeBadMessage, "the payload of connection_init is not an object")
	}
	header := http.Header{}
	for name, value := range params {
		if text, ok := value.(string); ok {
			header.Set(name, text)
		}
	}
	if s.key = keyOf(header); s.key == "" {
		s.key = keyOf(s.request.Header)
	}
	if _, err := s.withViewer(s.ctx); err != nil {
		return s.refusal(err)
	}
	close(s.acknowledged)
	return s.send(socketMessage{Type: "connection_ack"})
}

// withViewer is ctx with the viewer of the socket's key, which is looked up for
// each operation. A public schema may be read without one.
func (s *socket) withViewer(ctx context.Context) (context.Context, error) {
	if s.key == "" && s.options.PublicSchema {
		return ctx, nil
	}
	v, err := authenticate(ctx, s.keys, s.key, traceparent(s.request.Header))
	if err != nil {
		return ctx, err
	}
	return admittedAs(ctx, v, s.key), nil
}

// refusal closes the socket of a client that was not admitted. Where that is our
// own failure the client tries again.
func (s *socket) refusal(err error) error {
	if refused, ok := err.(*gqlerror.Error); ok {
		return closing(closeForbidden, refused.Message)
	}
	logInternal(s.ctx, s.log, err)
	return closing(websocket.StatusTryAgainLater, "internal error")
}

// excess counts an operation and returns how many seconds to wait where there were too many.
func (s *socket) excess(ctx context.Context) (seconds int) {
	if v, known := viewer.FromContext(ctx); known {
		return s.options.excessOfKey(ctx, v.Key)
	}
	return s.options.excessOfAddress(s.request)
}

// subscribe starts an operation of any kind.
func (s *socket) subscribe(m socketMessage) error {
	if !s.isAcknowledged() {
		return closing(closeUnauthorized, "Unauthorized")
	}
	if m.ID == "" {
		return closing(closeBadMessage, "the message has no id")
	}
	params, problem := socketParams(m.Payload, s.request.Header)
	if problem != "" {
		return closing(closeBadMessage, problem)
	}
	o, err := s.begin(m.ID)
	if refused, ok := err.(*gqlerror.Error); ok {
		return s.send(socketMessage{ID: m.ID, Type: "error", Payload: errorsJSON(gqlerror.List{refused})})
	}
	if o != nil {
		go o.run(params)
	}
	return err
}

// readMessage reads the next message of the client.
func (s *socket) readMessage() (m socketMessage, err error) {
	kind, text, err := s.conn.Read(s.life)
	if err != nil {
		return m, err
	}
	if kind != websocket.MessageText || json.Unmarshal(text, &m) != nil {
		return m, closing(closeBadMessage, "the message is not a JSON object with type, id and payload")
	}
	return m, nil
}

// send sends a message; who does not read in time is cut off.
func (s *socket) send(m socketMessage) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(m); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), writeWithin)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageText, text.Bytes())
}

// keepAlive pings the client and cuts it off where it does not answer.
func (s *socket) keepAlive() {
	tick := time.NewTicker(s.live.KeepAlive)
	defer tick.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-tick.C:
			ctx, cancel := context.WithTimeout(s.ctx, s.live.KeepAlive)
			err := s.conn.Ping(ctx)
			cancel()
			if err != nil {
				_ = s.conn.CloseNow() // The connection is broken.
				return
			}
		}
	}
}
