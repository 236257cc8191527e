package main_test

import (
	"bytes"
	"encoding/base64"
	"maps"
	"net/http"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
)

// client is a program that was written for Marketplacer, with its habits.
type client struct {
	// header has what it sends beside its key, which authenticate adds.
	header       map[string]string
	authenticate func(h http.Header, key string)
	// body is the JSON object that it makes of a request.
	body func(r request) object
	// typenames says that it asks for __typename everywhere, as caching clients do.
	typenames bool
}

// request is what a client is to ask.
type request struct {
	document  string
	operation *ast.OperationDefinition
	variables object
}

func bearer(h http.Header, key string) { h.Set("Authorization", "Bearer "+key) }

// clients are the kinds of programs that send such requests.
var clients = map[string]client{
	// A call by hand: query, and variables where there are some.
	"curl": {
		header:       map[string]string{"Content-Type": "application/json", "Accept": "*/*", "User-Agent": "curl/8.14.1"},
		authenticate: bearer,
		body: func(r request) object {
			if len(r.variables) == 0 {
				return object{"query": r.document}
			}
			return object{"query": r.document, "variables": r.variables}
		},
	},
	// A script behind a gate with a password: the gate's Basic authentication sits in Authorization.
	// It calls the operation's name "operation", and sends variables that the operation does not have.
	"script": {
		header: map[string]string{
			"content-type": "application/json", "accept": "*/*", "accept-language": "*", "sec-fetch-mode": "cors", "user-agent": "Seller Integration",
		},
		authenticate: func(h http.Header, key string) {
			h.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("n/a:n/a")))
			h.Set("marketplacer-api-key", key)
		},
		body: func(r request) object {
			if len(r.variables) == 0 {
				return object{"query": r.document, "operation": r.operation.Name, "variables": nil}
			}
			variables := maps.Clone(r.variables)
			variables["after_all"], variables["locale"] = nil, "en-AU"
			return object{"query": r.document, "operation": r.operation.Name, "variables": variables}
		},
	},
	// A web application with a cache: __typename everywhere, null for every variable without a value, extensions.
	"cache": {
		header: map[string]string{
			"Content-Type": "application/json; charset=utf-8", "Accept": "application/graphql-response+json,application/json;q=0.9",
			"Apollo-Require-Preflight": "true", "apollographql-client-name": "storefront", "Origin": "https://shop.example",
		},
		authenticate: bearer,
		typenames:    true,
		body: func(r request) object {
			variables := maps.Clone(r.variables)
			for _, v := range r.operation.VariableDefinitions {
				if _, given := variables[v.Variable]; !given && !v.Type.NonNull && v.DefaultValue == nil {
					variables[v.Variable] = nil
				}
			}
			return object{"operationName": r.operation.Name, "variables": variables, "extensions": object{}, "query": r.document}
		},
	},
}

// withTypenames asks for __typename in every selection but the operation's own.
func withTypenames(doc *ast.QueryDocument) string {
	for _, op := range doc.Operations {
		for _, root := range op.SelectionSet {
			addTypename(root)
		}
	}
	for _, f := range doc.Fragments {
		for _, selection := range f.SelectionSet {
			addTypename(selection)
		}
		f.SelectionSet = append(f.SelectionSet, &ast.Field{Name: "__typename", Alias: "__typename"})
	}
	var text bytes.Buffer
	formatter.NewFormatter(&text).FormatQueryDocument(doc)
	return text.String()
}

func addTypename(selection ast.Selection) {
	set := &ast.SelectionSet{}
	switch s := selection.(type) {
	case *ast.Field:
		set = &s.SelectionSet
	case *ast.InlineFragment:
		set = &s.SelectionSet
	}
	if len(*set) == 0 {
		return
	}
	for _, below := range *set {
		addTypename(below)
	}
	*set = append(*set, &ast.Field{Name: "__typename", Alias: "__typename"})
}
