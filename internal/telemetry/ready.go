package telemetry

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// checkWithin bounds a question after readiness.
const checkWithin = 5 * time.Second

// Readiness is what /readyz answers: what the process needs, and how it is.
type Readiness struct {
	// Ready says that the process can do its work; 503 where it cannot.
	Ready bool `json:"ready"`
	// Reasons say why it is not ready.
	Reasons []string `json:"reasons,omitempty"`
	// Database is "ready", "away" or "waits for crier migrate".
	Database string `json:"database"`
	// Redis is "ready" or "away"; mutations go on without it.
	Redis string `json:"redis"`
	// Roles are "working", or say for how long they have not turned.
	Roles map[string]string `json:"roles"`
}

// Refuse makes the process unready for a reason.
func (r *Readiness) Refuse(reason string) {
	r.Ready, r.Reasons = false, append(r.Reasons, reason)
}

// ReadyHandler answers with what check finds, which begins as ready.
func ReadyHandler(check func(context.Context, *Readiness)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), checkWithin)
		defer cancel()
		found := Readiness{Ready: true, Roles: map[string]string{}}
		check(ctx, &found)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		if !found.Ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(found) // the client went away: there is nobody to tell
	})
}
