package main_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
)

// keyed sends a mutation with an idempotency key and returns its answer, and whether it is a repetition.
func (s *process) keyed(key, document string) (body string, repeated bool) {
	s.t.Helper()
	text, err := json.Marshal(object{"query": document})
	if err != nil {
		s.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+"/graphql", bytes.NewReader(text))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+operatorKey)
	request.Header.Set("Idempotency-Key", key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatalf("%v\n%s", err, s.logs)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		s.t.Fatalf("HTTP %d %s: %v", response.StatusCode, answer, err)
	}
	return string(answer), response.Header.Get("Idempotent-Replayed") == "true"
}

// TestAnAnswerOutlivesItsProcess repeats a mutation after the process that answered it was killed.
func TestAnAnswerOutlivesItsProcess(t *testing.T) {
	t.Parallel()
	places(t, func(t *testing.T, p place) {
		const create = `mutation { marketplacerApiKeyCreate(input: {apiTermsOfUse: true, description: "d", organization: "o"}) { apiKey status } }`
		s := serve(t, p)
		first, repeated := s.keyed("one", create)
		if repeated {
			t.Errorf("the first answer is a repetition: %s", first)
		}
		s.kill()
		s = serve(t, p)
		if again, repeated := s.keyed("one", create); !repeated || again != first {
			t.Errorf("got %s, repeated %t; want %s again", again, repeated, first)
		}
		if other, repeated := s.keyed("two", create); repeated || other == first {
			t.Errorf("another key is answered with %s", other)
		}
	})
}
