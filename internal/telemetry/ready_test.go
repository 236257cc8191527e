package telemetry_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crier/internal/telemetry"
)

func TestReadinessSaysWhy(t *testing.T) {
	t.Parallel()
	for status, check := range map[int]func(context.Context, *telemetry.Readiness){
		http.StatusOK: func(_ context.Context, r *telemetry.Readiness) { r.Database, r.Redis = "ready", "away" },
		http.StatusServiceUnavailable: func(_ context.Context, r *telemetry.Readiness) {
			r.Database, r.Redis, r.Roles["relay"] = "away", "ready", "has not turned for 1m20s"
			r.Refuse("database: away")
			r.Refuse("relay: has not turned for 1m20s")
		},
	} {
		answer := httptest.NewRecorder()
		telemetry.ReadyHandler(check).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		want := telemetry.Readiness{Ready: true, Roles: map[string]string{}}
		check(t.Context(), &want)
		var got telemetry.Readiness
		if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if answer.Code != status || !cmp.Equal(got, want) {
			t.Errorf("%d, want %d: %s", answer.Code, status, cmp.Diff(want, got))
		}
	}
}

func TestProfilesAreServedWithoutTheCommandLine(t *testing.T) {
	t.Parallel()
	for path, status := range map[string]int{"/debug/pprof/": 200, "/debug/pprof/heap": 200, "/debug/pprof/symbol": 200, "/debug/pprof/cmdline": 404, "/": 404} {
		answer := httptest.NewRecorder()
		telemetry.DebugHandler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
		if answer.Code != status {
			t.Errorf("%s answers %d", path, answer.Code)
		}
	}
}
