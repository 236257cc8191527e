package market

import "errors"

// ErrClaimGone ends a transaction whose claim was taken over meanwhile: another
// request makes the change in its place.
var ErrClaimGone = errors.New("the idempotency key was taken over by another request")

// Claim is the use of one idempotency key. Whoever claims a key first runs its
// request; every other request with the key learns what became of that one.
type Claim struct {
	// Num names the claim in Actor.Claim. No number is given twice, so that a
	// request whose claim was taken over cannot change anything any more.
	Num int64
	// Owner is the global id of the API key; each has idempotency keys of its own.
	Owner string
	// Key is the idempotency key, as the client chose it.
	Key string
	// Fingerprint stands for the request that the key was first used for.
	Fingerprint string
	State       ClaimState
	// Answer is what the request was answered; nil unless ClaimAnswered.
	Answer []byte
}

// ClaimState says what became of the request that has a claim.
type ClaimState string

// The states of a claim.
const (
	// ClaimTaken says that the claim is the caller's, who runs the request.
	ClaimTaken ClaimState = "taken"
	// ClaimRunning says that another request has the claim and its time is not over.
	ClaimRunning ClaimState = "running"
	// ClaimAnswered says that the request was answered.
	ClaimAnswered ClaimState = "answered"
	// ClaimLost says that the request's change is made, and its answer lost with
	// the process that made it.
	ClaimLost ClaimState = "lost"
)
