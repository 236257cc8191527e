// Package client asks a running server over its public API, as any integrator's
// program does: for the commands that look at a server from outside.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// patience is how long one answer may take.
const patience = 30 * time.Second

// longest bounds an answer, in bytes.
const longest = 64 << 20

// Flags say which server is asked.
type Flags struct {
	URL string `name:"url" default:"http://127.0.0.1:8080" env:"CRIER_URL" placeholder:"URL" group:"server" help:"The server, without a path."`
	Key string `env:"CRIER_KEY,CRIER_OPERATOR_KEY" placeholder:"KEY" group:"server" help:"API key; best given by the environment, where others do not see it."`
}

// Check reads the flags. The error joins all mistakes.
func (f Flags) Check() (Client, error) {
	var problems []error
	u, err := url.Parse(f.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		problems = append(problems, fmt.Errorf("--url is %q: write http:// or https:// and the host, as in http://127.0.0.1:8080", f.URL))
	}
	if f.Key == "" {
		problems = append(problems, errors.New("--key is missing: give an API key, or set CRIER_KEY"))
	} else if strings.ContainsFunc(f.Key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		problems = append(problems, errors.New("--key has characters that no key has"))
	}
	return Client{URL: strings.TrimSuffix(strings.TrimSuffix(f.URL, "/"), "/graphql"), Key: f.Key}, errors.Join(problems...)
}

// Client asks one server with one key.
type Client struct {
	// URL is the server's, without a path.
	URL string
	Key string
}

// Error is what the API answers instead of data.
type Error struct {
	Message string
	// Code is the API's, such as UNAUTHENTICATED; "" where it gives none.
	Code string
}

func (e *Error) Error() string {
	if e.Code == "" {
		return e.Message
	}
	return e.Message + " (" + e.Code + ")"
}

// Result is what every mutation's payload says of its outcome.
type Result struct {
	Status int
	Errors []struct {
		Field    string
		Messages []string
	}
	DocumentErrors []struct {
		Message      string
		Line, Column int
		Rule         string
	}
}

// Err is the refusal as an error; nil where all went well.
func (r Result) Err() error {
	var all []error
	for _, e := range r.Errors {
		all = append(all, fmt.Errorf("%s %s", e.Field, strings.Join(e.Messages, ", ")))
	}
	for _, e := range r.DocumentErrors {
		all = append(all, fmt.Errorf("line %d, column %d of the document: %s (%s)", e.Line, e.Column, e.Message, e.Rule))
	}
	return errors.Join(all...)
}

// Do executes a document and fills out with its data. What the API refuses is an [Error].
func (c Client) Do(ctx context.Context, document string, variables map[string]any, out any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL+"/graphql", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+c.Key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return read(response, out)
}

// read fills out with the data of an answer.
func read(response *http.Response, out any) error {
	var answer struct {
		Data   json.RawMessage
		Errors []struct {
			Message    string
			Extensions struct{ Code string }
		}
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, longest)).Decode(&answer); err != nil {
		return fmt.Errorf("read the answer of %s, HTTP status %d: %w", response.Request.URL, response.StatusCode, err)
	}
	if len(answer.Errors) > 0 {
		return &Error{answer.Errors[0].Message, answer.Errors[0].Extensions.Code}
	}
	return json.Unmarshal(answer.Data, out)
}
