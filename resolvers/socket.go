package resolvers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/document"
	"crier/internal/telemetry"
)

// socket is one WebSocket. One goroutine reads its messages, each operation has
// another.
type socket struct {
	*sockets
	conn    *websocket.Conn
	request *http.Request
	// ctx ends with the socket.
	ctx    context.Context
	cancel context.CancelFunc
	// key is what the client came with; acknowledged is closed when it was admitted.
	key          string
	acknowledged chan struct{}

	mu       sync.Mutex
	active   map[string]*operation
	draining bool
	running  sync.WaitGroup
}

// run speaks with the client until either ends it.
func (s *socket) run() {
	var beside sync.WaitGroup
	beside.Go(s.keepAlive)
	beside.Go(s.awaitInit)
	beside.Go(s.awaitStop)
	defer context.AfterFunc(s.life, func() { _ = s.conn.CloseNow() })() // what waits for a client ends too
	defer func() {
		s.cancel()
		_ = s.conn.CloseNow() // It is closed by now, or broken.
		s.running.Wait()
		beside.Wait()
	}()
	if s.conn.Subprotocol() != subprotocol {
		s.close(closeNoSubprotocol, "ask for the subprotocol "+subprotocol)
		return
	}
	for {
		m, err := s.readMessage()
		if err == nil {
			err = s.handle(m)
		}
		var reason websocket.CloseError
		if errors.As(err, &reason) {
			s.cancel()
			s.close(reason.Code, reason.Reason)
		}
		if err != nil {
			return
		}
	}
}

// close ends the socket with a reason.
func (s *socket) close(code websocket.StatusCode, reason string) {
	_ = s.conn.Close(code, reason) // The client may have closed it, or left.
}

// isAcknowledged reports whether the client was admitted.
func (s *socket) isAcknowledged() bool {
	select {
	case <-s.acknowledged:
		return true
	default:
		return false
	}
}

// awaitInit closes a socket whose client does not say who it is.
func (s *socket) awaitInit() {
	timer := time.NewTimer(s.live.InitWithin)
	defer timer.Stop()
	select {
	case <-s.ctx.Done():
	case <-s.acknowledged:
	case <-timer.C:
		s.close(closeInitTimeout, "Connection initialisation timeout")
	}
}

// awaitStop closes the socket when the server stops, after its queries and mutations.
func (s *socket) awaitStop() {
	select {
	case <-s.ctx.Done():
		return
	case <-s.stopping:
	}
	s.mu.Lock()
	s.draining = true
	s.mu.Unlock()
	s.running.Wait()
	s.close(websocket.StatusGoingAway, "the server is stopping")
}

// isStopping reports whether the server stops.
func (s *socket) isStopping() bool {
	select {
	case <-s.stopping:
		return true
	default:
		return false
	}
}

// operation is an operation in progress over a socket.
type operation struct {
	*socket
	id     string
	ctx    context.Context
	cancel context.CancelFunc

	// endless says that it is a subscription.
	endless bool

	mu sync.Mutex
	// over says that nothing may be sent for it any more.
	over bool
}

// begin makes room for an operation; it is nil where the server is stopping.
func (s *socket) begin(id string) (*operation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.draining || s.isStopping():
		return nil, nil
	case s.active[id] != nil:
		return nil, closing(closeSameID, "Subscriber for "+id+" already exists")
	case len(s.active) >= s.live.PerConnection:
		return nil, document.Errorf(document.CodeRateLimited, "the connection has %d operations already: end one first", s.live.PerConnection)
	}
	o := &operation{socket: s, id: id}
	o.ctx, o.cancel = context.WithCancel(context.WithValue(s.ctx, requestKey{}, randomHex(12)))
	s.active[id] = o
	s.running.Add(1)
	return o, nil
}

// complete ends an operation that the client wants no more of.
func (s *socket) complete(id string) {
	s.mu.Lock()
	o := s.active[id]
	s.mu.Unlock()
	if o != nil {
		o.free()
		o.cancel()
	}
}

// free ends what may be sent for the operation, and makes its id free; false
// where that was done before.
func (o *operation) free() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.over {
		return false
	}
	o.over = true
	o.socket.mu.Lock()
	delete(o.active, o.id)
	o.socket.mu.Unlock()
	return true
}

// run runs the operation and sends its answers.
func (o *operation) run(params *graphql.RawParams) {
	defer o.running.Done()
	defer o.cancel()
	defer o.recovered()
	answers, refused := o.start(params)
	if refused != nil {
		o.last(socketMessage{Type: "error", Payload: errorsJSON(refused)})
		return
	}
	for answer := answers.next(o.ctx); answer != nil; answer = answers.next(o.ctx) {
		body, err := encodeResponse(answer, true)
		if err != nil {
			logInternal(o.ctx, o.log, err)
			o.last(socketMessage{Type: "error", Payload: errorsJSON(gqlerror.List{masked(o.ctx)})})
			return
		}
		o.next(socketMessage{Type: "next", Payload: body})
	}
	if o.endless && o.isStopping() {
		return // The closing of the socket tells the client to subscribe elsewhere.
	}
	o.last(socketMessage{Type: "complete"})
}

// start admits, counts and starts the operation, or says why it cannot run.
func (o *operation) start(params *graphql.RawParams) (answers, gqlerror.List) {
	ctx, err := o.withViewer(o.ctx)
	if refused, ok := err.(*gqlerror.Error); ok {
		return answers{}, gqlerror.List{refused}
	}
	if err != nil {
		logInternal(ctx, o.log, err)
		return answers{}, gqlerror.List{masked(ctx)}
	}
	if seconds := o.excess(ctx); seconds > 0 {
		return answers{}, gqlerror.List{tooMany(seconds)}
	}
	request, refused := o.prepare(ctx, params)
	if refused != nil {
		return answers{}, refused
	}
	telemetry.SocketOperation(o.request.Context(), string(request.Operation.Operation))
	o.ctx, o.endless = ctx, request.Operation.Operation == ast.Subscription
	return o.executor.start(ctx, request, "")
}

// recovered answers and logs a panic.
func (o *operation) recovered() {
	if value := recover(); value != nil {
		logInternal(o.ctx, o.log, &document.Panic{Value: value, Stack: debug.Stack()})
		o.last(socketMessage{Type: "error", Payload: errorsJSON(gqlerror.List{masked(o.ctx)})})
	}
}

// next sends an answer, unless the client has completed the operation or it was cut off.
func (o *operation) next(m socketMessage) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.over && o.ctx.Err() == nil {
		m.ID = o.id
		_ = o.send(m) // A broken connection ends where it is read.
	}
}

// last sends the last message of the operation, after which its id is free.
func (o *operation) last(m socketMessage) {
	if o.free() && o.ctx.Err() == nil {
		m.ID = o.id
		_ = o.send(m) // A broken connection ends where it is read.
	}
}

// socketParams reads the payload of a subscribe message, or says what is wrong with it.
func socketParams(payload json.RawMessage, header http.Header) (*graphql.RawParams, string) {
	params := &graphql.RawParams{Headers: header}
	return params, decodeParams(payload, params)
}

// errorsJSON is the payload of an error message.
func errorsJSON(errs gqlerror.List) json.RawMessage {
	var text bytes.Buffer
	if err := document.EncodeErrors(&text, errs); err != nil {
		return json.RawMessage(`[{"message":"internal error","extensions":{"code":"INTERNAL"}}]`)
	}
	return text.Bytes()
}
