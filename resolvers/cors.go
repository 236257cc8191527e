package resolvers

import "net/http"

// crossOrigin lets browsers call from pages of every origin, and answers the
// question whether they may (Fetch, CORS preflight), which needs no key: keys
// come in headers that a page sets itself, and nothing here looks at cookies.
func crossOrigin(w http.ResponseWriter, r *http.Request) (answered bool) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "X-Request-Id, Retry-After, Idempotent-Replayed")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Authorization, MARKETPLACER-API-KEY, Content-Type, Idempotency-Key, traceparent")
	h.Set("Access-Control-Max-Age", "7200") // seconds; what Chromium allows at most
	w.WriteHeader(http.StatusNoContent)
	return true
}
