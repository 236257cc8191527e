package servicetest_test

import (
	"net/http"
	"path/filepath"
	"testing"

	"crier/internal/servicetest"
)

// alive asks a server whether it is.
func alive(s *servicetest.Server) bool {
	response, err := http.Get(s.URL + "/healthz")
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.StatusCode == http.StatusOK
}

func TestServersAreStoppedAndKilled(t *testing.T) {
	t.Parallel()
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	for name, end := range map[string]func(*servicetest.Server){
		"stopped": (*servicetest.Server).Stop, "killed": (*servicetest.Server).Kill,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := servicetest.Serve(t, "CRIER_DATABASE_URL=sqlite:"+filepath.Join(t.TempDir(), "crier.db"))
			if !alive(s) {
				t.Fatalf("nobody answers at %s:\n%s", s.URL, s.Output())
			}
			if end(s); alive(s) {
				t.Errorf("a server that was %s answers", name)
			}
		})
	}
}
