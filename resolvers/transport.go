package resolvers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/document"
	"crier/internal/telemetry"
)

// The media types of an answer (GraphQL over HTTP).
const (
	mediaJSON    = "application/json"
	mediaGraphQL = "application/graphql-response+json"
)

const (
	// maxBody bounds the body of a request (contract marketplacer.md, Limits).
	maxBody = 10 << 20
	// writeWithin bounds sending an answer: a client that does not read holds its memory.
	writeWithin = time.Minute
)

// httpTransport is GraphQL over HTTP: POST, and GET for what changes nothing.
// gqlgen's own answers 422 where the contract wants 200, and shows data where
// there is none.
type httpTransport struct {
	*executor
	once idempotent
}

// serve answers one request.
func (t httpTransport) serve(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodPost, http.MethodGet:
	case http.MethodOptions:
		w.Header().Set("Allow", "OPTIONS, GET, POST")
		w.WriteHeader(http.StatusNoContent)
		return
	default:
		w.Header().Set("Allow", "OPTIONS, GET, POST")
		refuseRequest(w, r, http.StatusMethodNotAllowed, "send requests by POST, or queries by GET")
		return
	}
	params, status, problem := readParams(w, r)
	if problem != "" {
		refuseRequest(w, r, status, problem)
		return
	}
	request, refused := t.prepare(r.Context(), params)
	if request.Operation != nil {
		telemetry.Operation(r.Context(), string(request.Operation.Operation), request.Operation.Name)
	}
	if refused != nil {
		writeRefused(w, r, refused)
		return
	}
	if r.Method == http.MethodGet && request.Operation.Operation == ast.Mutation {
		w.Header().Set("Allow", "OPTIONS, POST")
		refuseRequest(w, r, http.StatusMethodNotAllowed, "GET is for queries: send mutations by POST")
		return
	}
	if request.Operation.Operation == ast.Subscription {
		t.stream(w, r, request)
		return
	}
	t.run(w, r, request, params.Variables)
}

// run answers a request by running it; one with an idempotency key only once.
func (t httpTransport) run(w http.ResponseWriter, r *http.Request, request *graphql.OperationContext, variables map[string]any) {
	run := func(ctx context.Context) *graphql.Response { return t.execute(ctx, request) }
	if t.once.applies(r, request) {
		t.once.answer(w, r, fingerprint(request, variables), run)
		return
	}
	writeResponse(w, r, http.StatusOK, run(r.Context()), true)
}

// readParams reads the parameters of a request, or says with which status and why it cannot.
func readParams(w http.ResponseWriter, r *http.Request) (params *graphql.RawParams, status int, problem string) {
	text := urlParams(r.URL.Query())
	if r.Method == http.MethodPost {
		if text, status, problem = readBody(w, r); problem != "" {
			return nil, status, problem
		}
	}
	params = &graphql.RawParams{Headers: r.Header}
	if problem = decodeParams(text, params); problem != "" {
		return nil, http.StatusBadRequest, problem
	}
	return params, http.StatusOK, ""
}

// readBody reads the JSON of a request by POST, or says with which status and why it cannot.
func readBody(w http.ResponseWriter, r *http.Request) (body []byte, status int, problem string) {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != mediaJSON {
		return nil, http.StatusUnsupportedMediaType, "send the request as Content-Type: application/json"
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, http.StatusRequestEntityTooLarge, "the body is larger than 10 MiB"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, http.StatusRequestTimeout, "the body took too long to arrive"
	case err != nil:
		return nil, http.StatusBadRequest, "the body cannot be read"
	}
	return body, http.StatusOK, ""
}

// urlParams are the parameters of a URL as a JSON object: variables and extensions are JSON already.
func urlParams(query url.Values) []byte {
	object := map[string]json.RawMessage{}
	for _, name := range []string{"query", "operationName"} {
		if query.Has(name) {
			object[name], _ = json.Marshal(query.Get(name)) // A string always encodes.
		}
	}
	for _, name := range []string{"variables", "extensions"} {
		if value := query.Get(name); json.Valid([]byte(value)) {
			object[name] = json.RawMessage(value)
		} else if value != "" {
			object[name] = json.RawMessage(`"not JSON"`)
		}
	}
	text, _ := json.Marshal(object) // Its values are valid JSON.
	return text
}

// decodeParams reads a JSON object into params, or says what is wrong with it.
func decodeParams(text []byte, params *graphql.RawParams) string {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	err := decoder.Decode(params)
	var mistyped *json.UnmarshalTypeError
	switch {
	case errors.As(err, &mistyped) && mistyped.Field != "":
		return mistyped.Field + " cannot be " + withArticle(mistyped.Value) + ": query and operationName are strings, variables and extensions objects"
	case err != nil:
		return `the body is not a JSON object such as {"query": "…", "variables": {}}`
	case params.Query == "" && !named(params):
		return "query is missing or empty"
	}
	if _, err := decoder.Token(); err != io.EOF {
		return "the body goes on after its JSON object"
	}
	return ""
}

// withArticle puts "a" or "an" before a JSON type.
func withArticle(kind string) string {
	if strings.ContainsRune("aeio", rune(kind[0])) {
		return "an " + kind
	}
	return "a " + kind
}

// refuseRequest answers a request that cannot be read.
func refuseRequest(w http.ResponseWriter, r *http.Request, status int, problem string) {
	writeResponse(w, r, status, &graphql.Response{Errors: gqlerror.List{document.Errorf(document.CodeBadUserInput, "%s", problem)}}, false)
}

// writeRefused answers a request that was read and refused: 200 as application/json,
// as the contract has it, and what the specification says as its own media type.
func writeRefused(w http.ResponseWriter, r *http.Request, refused gqlerror.List) {
	status := http.StatusBadRequest
	switch refused[0].Extensions["code"] {
	case document.CodeUnauthenticated:
		unauthenticated(w, r, refused[0])
		return
	case document.CodeForbidden, document.CodeMissingScope:
		status = http.StatusForbidden
	}
	refuseRead(w, r, status, &graphql.Response{Errors: refused})
}

// refuseRead answers a request that was read, with a status that only the newer media type shows.
func refuseRead(w http.ResponseWriter, r *http.Request, status int, response *graphql.Response) {
	if acceptedMedia(r) != mediaGraphQL {
		status = http.StatusOK
	}
	writeResponse(w, r, status, response, false)
}

// unauthenticated answers a request without a valid key.
func unauthenticated(w http.ResponseWriter, r *http.Request, err *gqlerror.Error) {
	w.Header().Set("WWW-Authenticate", `Bearer realm="crier"`)
	writeResponse(w, r, http.StatusUnauthorized, &graphql.Response{Errors: gqlerror.List{err}}, false)
}

// acceptedMedia is the media type to answer in: the first in Accept that there is, else JSON.
func acceptedMedia(r *http.Request) string {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		media, _, err := mime.ParseMediaType(part)
		switch {
		case err != nil:
		case media == mediaGraphQL, media == mediaEvents:
			return media
		case media == mediaJSON, media == "application/*", media == "*/*":
			return mediaJSON
		}
	}
	return mediaJSON
}

// writeResponse sends a response; data is part of it only where the operation ran.
func writeResponse(w http.ResponseWriter, r *http.Request, status int, response *graphql.Response, ran bool) {
	if len(response.Errors) > 0 {
		code, _ := response.Errors[0].Extensions["code"].(string)
		telemetry.Code(r.Context(), code)
	}
	body, err := encodeResponse(response, ran)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"errors":[{"message":"internal error","extensions":{"code":"INTERNAL"}}]}`)
	}
	writeBody(w, r, status, body)
}

// writeBody sends an encoded response. As events it is a stream of one, unless
// the request never came as far as its document.
func writeBody(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	media := acceptedMedia(r)
	if media == mediaEvents {
		if status == http.StatusOK {
			body = append(event("next", body), event("complete", nil)...)
		} else {
			media = mediaJSON
		}
	}
	w.Header().Set("Content-Type", media+"; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeWithin)) // Only a recorder of tests has none.
	w.WriteHeader(status)
	_, _ = w.Write(body) // The client went away: there is nobody to tell.
}

// encodeResponse writes a response as JSON, the errors first, as the specification advises.
func encodeResponse(response *graphql.Response, ran bool) ([]byte, error) {
	var body bytes.Buffer
	body.WriteByte('{')
	if len(response.Errors) > 0 {
		body.WriteString(`"errors":`)
		if err := document.EncodeErrors(&body, response.Errors); err != nil {
			return nil, err
		}
	}
	if ran {
		if len(response.Errors) > 0 {
			body.WriteByte(',')
		}
		body.WriteString(`"data":`)
		if len(response.Data) == 0 {
			body.WriteString("null")
		}
		body.Write(response.Data)
	}
	body.WriteByte('}')
	return body.Bytes(), nil
}
