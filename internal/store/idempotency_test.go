package store_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/store"
)

// TestAnswersAreEncrypted looks for a kept answer on the disk, and reads it with another secret key.
func TestAnswersAreEncrypted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "crier.db")
	s := migrated(t, "sqlite:"+path)
	want := market.Claim{Owner: "operator", Key: "k"}
	claim, err := s.Claim(t.Context(), want, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AnswerClaim(t.Context(), claim.Num, []byte("crier_new_api_key")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + "-wal"} {
		if content, err := os.ReadFile(name); err != nil || bytes.Contains(content, []byte("crier_new_api_key")) {
			t.Errorf("%s holds the answer in plain text, %v", name, err)
		}
	}
	other, err := store.Open(t.Context(), "sqlite:"+path, store.Options{SecretKey: bytes.Repeat([]byte{8}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if got, err := other.Claim(t.Context(), want, time.Now()); err == nil {
		t.Errorf("another secret key reads %+v", got)
	}
}
