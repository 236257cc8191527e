package telemetry

import (
	"net/http"
	"net/http/pprof"
)

// DebugHandler serves the profiles of net/http/pprof. They cost time and show how
// the process works, so they belong on an address that only its operators reach.
// The command line, which may hold keys, is not among them.
func DebugHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	return mux
}
