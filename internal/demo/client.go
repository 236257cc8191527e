package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// client asks the API.
type client struct{ url, key string }

// result is what every mutation's payload says of its outcome.
type result struct {
	Status int
	Errors []struct {
		Field    string
		Messages []string
	}
}

// err is the refusal as an error; nil where all went well.
func (r result) err() error {
	var all []error
	for _, e := range r.Errors {
		all = append(all, fmt.Errorf("%s %s", e.Field, strings.Join(e.Messages, ", ")))
	}
	return errors.Join(all...)
}

// do executes a document and fills out with its data.
func (c client) do(ctx context.Context, document string, variables map[string]any, out any) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+c.key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct {
		Data   json.RawMessage
		Errors []struct{ Message string }
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return fmt.Errorf("read the answer, HTTP status %d: %w", response.StatusCode, err)
	}
	if len(answer.Errors) > 0 {
		return errors.New(answer.Errors[0].Message)
	}
	return json.Unmarshal(answer.Data, out)
}
