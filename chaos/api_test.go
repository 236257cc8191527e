package chaos_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"syscall"
	"testing"
	"time"

	"crier/internal/servicetest"
)

// object is a JSON object.
type object = map[string]any

// answerWithin bounds the wait for an answer of a process, which may be halted.
const answerWithin = 10 * time.Second

// errUnsent says that nobody can have got the request.
var errUnsent = errors.New("the process is not there")

// api asks one process.
type api struct {
	client *http.Client
	url    string
}

// ask executes a document and reads its data into dest. An error other than
// errUnsent leaves open whether a mutation was carried out.
func (a api) ask(document string, variables object, dest any) error {
	body, err := json.Marshal(object{"query": document, "variables": variables})
	if err != nil {
		return err
	}
	hr, err := http.NewRequest(http.MethodPost, a.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return err
	}
	hr.Header.Set("Content-Type", "application/json")
	hr.Header.Set("Authorization", "Bearer "+servicetest.OperatorKey)
	response, err := a.client.Do(hr)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return errUnsent
	}
	if err != nil {
		return err
	}
	text, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return err
	}
	got := struct {
		Data   any
		Errors json.RawMessage
	}{Data: dest}
	if err := json.Unmarshal(text, &got); err != nil || response.StatusCode != http.StatusOK || got.Errors != nil {
		return fmt.Errorf("HTTP %d %s (%w)", response.StatusCode, text, err)
	}
	return nil
}

// must is ask where nothing can go wrong.
func (a api) must(t *testing.T, document string, variables object, dest any) {
	t.Helper()
	if err := a.ask(document, variables, dest); err != nil {
		t.Fatalf("%s\nfails: %v", document, err)
	}
}
