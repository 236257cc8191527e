package sign_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"crier/delivery/sign"
)

// npmFolder holds the published JavaScript library and the script that asks it.
const npmFolder = "testdata/npm"

// npmVector is what verify.mjs reads.
type npmVector struct {
	Secret    string `json:"secret"`
	ID        string `json:"id"`
	Timestamp string `json:"timestamp"`
	Signature string `json:"signature"`
	Body      string `json:"body"`
}

// npmAnswer is what verify.mjs says of a vector: whether it verified, and the library's own signature.
type npmAnswer struct {
	Verified bool   `json:"verified"`
	Signed   string `json:"signed"`
	Error    string `json:"error"`
}

// The published npm library holds for both directions: it verifies what is signed here, refuses what is
// refused here, and its own signatures are the same.
func TestPublishedNpmLibraryAgrees(t *testing.T) {
	t.Parallel()
	first, second := mustNewSecret(t), mustNewSecret(t)
	now := time.Now() // the library compares with the real clock

	vectors, want := []npmVector{}, []bool{}
	add := func(ours []sign.Secret, theirs sign.Secret, id string, at time.Time, body, received string, verified bool) {
		vectors = append(vectors, npmVector{
			Secret: theirs.Encode(), ID: id, Timestamp: strconv.FormatInt(at.Unix(), 10),
			Signature: sign.Signature(ours, id, at, []byte(body)), Body: received,
		})
		want = append(want, verified)
	}
	for _, body := range []string{
		knownBody, `{}`, `null`, "{\"text\":\"\\u0000 ü 漢 🦊\"}", `{"text":"ü 漢 🦊"}`, `"` + strings.Repeat("x", 1<<20) + `"`,
	} {
		add([]sign.Secret{first}, first, "V2ViaG9va0V2ZW50LTE5", now, body, body, true)
	}
	add([]sign.Secret{first, second}, first, knownID, now, knownBody, knownBody, true)
	add([]sign.Secret{first, second}, second, knownID, now, knownBody, knownBody, true)
	add([]sign.Secret{first}, second, knownID, now, knownBody, knownBody, false)
	add([]sign.Secret{first}, first, knownID, now, knownBody, knownBody+" ", false)
	add([]sign.Secret{first}, first, knownID, now.Add(-time.Hour), knownBody, knownBody, false)

	answers := askNpm(t, vectors)
	if len(answers) != len(vectors) {
		t.Fatalf("%d answers to %d vectors", len(answers), len(vectors))
	}
	for i, vector := range vectors {
		checkNpmAnswer(t, i, vector, answers[i], want[i], now)
	}
}

func checkNpmAnswer(t *testing.T, i int, vector npmVector, answer npmAnswer, want bool, now time.Time) {
	t.Helper()
	if answer.Verified != want {
		t.Errorf("vector %d: verified %t (%s), want %t", i, answer.Verified, answer.Error, want)
	}
	seconds, err := strconv.ParseInt(vector.Timestamp, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	secrets := []sign.Secret{mustParseSecret(t, vector.Secret)}
	ours := sign.Signature(secrets, vector.ID, time.Unix(seconds, 0), []byte(vector.Body))
	if ours != answer.Signed {
		t.Errorf("vector %d: signed %s here and %s there", i, ours, answer.Signed)
	}
	header := map[string][]string{
		sign.HeaderID: {vector.ID}, sign.HeaderTimestamp: {vector.Timestamp}, sign.HeaderSignature: {vector.Signature},
	}
	if err := sign.Verify(secrets, header, []byte(vector.Body), now, tolerance); (err == nil) != want {
		t.Errorf("vector %d: verified here with %v, want success %t", i, err, want)
	}
}

func askNpm(t *testing.T, vectors []npmVector) []npmAnswer {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed; `make test` installs it")
	}
	_, err = os.Stat(filepath.Join(npmFolder, "node_modules", "standardwebhooks"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the npm package standardwebhooks is not installed; `make test` installs it (`npm ci` in delivery/sign/testdata/npm)")
	}
	if err != nil {
		t.Fatal(err)
	}
	input, err := json.Marshal(vectors)
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	command := exec.CommandContext(t.Context(), node, "verify.mjs")
	command.Dir, command.Stdin, command.Stderr = npmFolder, bytes.NewReader(input), &stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("node verify.mjs: %v\n%s", err, stderr.String())
	}
	var answers []npmAnswer
	if err := json.Unmarshal(output, &answers); err != nil {
		t.Fatalf("read the answers of verify.mjs: %v", err)
	}
	return answers
}
