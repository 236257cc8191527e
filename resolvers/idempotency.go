package resolvers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/viewer"
)

const (
	// idempotencyKey is the header that makes a mutation safe to repeat.
	idempotencyKey = "Idempotency-Key"
	// maxIdempotencyKey bounds its length.
	maxIdempotencyKey = 255
	// settleWithin bounds writing down how a request ended, which goes on where its client left.
	settleWithin = 5 * time.Second
)

// Claims keeps the use of idempotency keys, for all processes.
type Claims interface {
	// Claim takes the key that want names, or says what became of the request that has it.
	Claim(ctx context.Context, want market.Claim, now time.Time) (market.Claim, error)
	// AnswerClaim keeps the answer of the request that has a claim.
	AnswerClaim(ctx context.Context, claim int64, answer []byte) error
	// ReleaseClaim gives a key back; false where something was changed under its claim.
	ReleaseClaim(ctx context.Context, claim int64) (released bool, err error)
}

// idempotent runs a mutation with an idempotency key once, however often it is sent.
type idempotent struct {
	claims Claims
	log    *slog.Logger
}

// applies reports whether a request is a mutation with an idempotency key. What
// is refused before it runs changes nothing, and needs none.
func (i idempotent) applies(r *http.Request, request *graphql.OperationContext) bool {
	_, known := viewer.FromContext(r.Context())
	return i.claims != nil && known && request.Operation.Operation == ast.Mutation && len(r.Header.Values(idempotencyKey)) > 0
}

// answer runs a request, or answers it as the first one with its key was answered.
func (i idempotent) answer(w http.ResponseWriter, r *http.Request, fingerprint string, run func(context.Context) *graphql.Response) {
	keys := r.Header.Values(idempotencyKey)
	if len(keys) > 1 || !isIdempotencyKey(keys[0]) {
		refuseRequest(w, r, http.StatusBadRequest, "Idempotency-Key is not one value of 1 to 255 printable ASCII characters: send a UUID, for example")
		return
	}
	v, _ := viewer.FromContext(r.Context()) // It applies only with one.
	claim, err := i.claims.Claim(r.Context(), market.Claim{Owner: v.Key, Key: keys[0], Fingerprint: fingerprint}, time.Now())
	switch {
	case err != nil:
		failed(w, r, i.log, err)
	case claim.State == market.ClaimTaken:
		v.Claim = claim.Num
		i.run(w, r.WithContext(viewer.NewContext(r.Context(), v)), claim.Num, run)
	case claim.Fingerprint != fingerprint:
		refuseKey(w, r, http.StatusUnprocessableEntity, "REUSED",
			"this Idempotency-Key was used for another request: send a new key with each new request, and the same one only to repeat it")
	case claim.State == market.ClaimAnswered:
		w.Header().Set("Idempotent-Replayed", "true")
		writeBody(w, r, http.StatusOK, claim.Answer)
	case claim.State == market.ClaimRunning:
		w.Header().Set("Retry-After", "1")
		refuseKey(w, r, http.StatusConflict, "IN_PROGRESS",
			"the first request with this Idempotency-Key is still in progress: repeat it in a moment")
	default:
		refuseKey(w, r, http.StatusConflict, "ANSWER_LOST",
			"the change of the first request with this Idempotency-Key was made, but the server stopped before it answered: read what was changed, and send a new key with the next request")
	}
}

// refuseKey refuses a request because of what its idempotency key stands for already.
func refuseKey(w http.ResponseWriter, r *http.Request, status int, reason, problem string) {
	err := document.Errorf(document.CodeBadUserInput, "%s", problem)
	err.Extensions["idempotency"] = reason
	refuseRead(w, r, status, &graphql.Response{Errors: gqlerror.List{err}})
}

// run runs the request that has the claim, and keeps its answer before it is sent.
func (i idempotent) run(w http.ResponseWriter, r *http.Request, claim int64, run func(context.Context) *graphql.Response) {
	response := run(r.Context())
	body, err := encodeResponse(response, true)
	if err != nil {
		failed(w, r, i.log, err)
		return
	}
	if err := i.settle(r.Context(), claim, body, isInternal(response)); err != nil {
		logInternal(r.Context(), i.log, err)
	}
	writeBody(w, r, http.StatusOK, body)
}

// settle keeps an answer. A failure of our own that changed nothing is no
// answer: its key is given back, so that the request can be tried again.
func (i idempotent) settle(ctx context.Context, claim int64, body []byte, internal bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleWithin)
	defer cancel()
	if internal {
		if released, err := i.claims.ReleaseClaim(ctx, claim); released || err != nil {
			return err
		}
	}
	return i.claims.AnswerClaim(ctx, claim, body)
}

// isInternal reports whether a response tells of a failure of our own.
func isInternal(response *graphql.Response) bool {
	return slices.ContainsFunc(response.Errors, func(err *gqlerror.Error) bool {
		return err.Extensions["code"] == document.CodeInternal
	})
}

// isIdempotencyKey reports whether a key is printable ASCII of a length that is kept.
func isIdempotencyKey(key string) bool {
	unprintable := func(c rune) bool { return c < ' ' || c > '~' }
	return key != "" && len(key) <= maxIdempotencyKey && !strings.ContainsFunc(key, unprintable)
}

// fingerprint tells requests apart by what they ask for, not by how their JSON is written.
func fingerprint(request *graphql.OperationContext, variables map[string]any) string {
	text, _ := json.Marshal(struct { // What was read from JSON always encodes, its names in order.
		Query, OperationName string
		Variables            map[string]any `json:",omitempty"`
	}{request.RawQuery, request.OperationName, variables})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
