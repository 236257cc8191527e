// Package check reports which registered documents do not fit the schema, or
// their keys' scopes, any more: the command `crier webhooks check`.
package check

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"

	"crier/internal/market"
)

// Source is what a report is made from.
type Source interface {
	// CheckWebhooks tells of each registered webhook, by number.
	CheckWebhooks(ctx context.Context, tell func(market.Verdict) error) error
	// Find fills dest, a *[]*T, with the entities that meet the conditions.
	Find(ctx context.Context, dest any, conds ...market.Cond) error
}

// Report is what a check found.
type Report struct {
	// Checked counts the webhooks.
	Checked int `json:"checked"`
	// Misfits cannot be delivered under this schema.
	Misfits []Finding `json:"misfits"`
	// Deprecated use fields that will go.
	Deprecated []Finding `json:"deprecated"`
}

// Finding is one webhook of a report.
type Finding struct {
	Webhook string `json:"webhook"`
	Name    string `json:"name,omitempty"`
	Owner   Owner  `json:"owner"`
	Type    string `json:"type"`
	State   string `json:"state"`
	// Endpoint is scheme and host of the URL, whose rest may hold secrets.
	Endpoint         string   `json:"endpoint"`
	Errors           []Error  `json:"errors"`
	MissingScopes    []string `json:"missingScopes"`
	DeprecatedFields []string `json:"deprecatedFields"`
}

// Owner is whose rights a document runs with; the zero value is the operator.
type Owner struct {
	Seller string `json:"seller,omitempty"`
	Name   string `json:"name"`
}

// Error is one reason why a document does not fit. Line and Column count from
// one; 0 where it has no place.
type Error struct {
	Message string   `json:"message"`
	Rule    string   `json:"rule"`
	Line    int      `json:"line,omitempty"`
	Column  int      `json:"column,omitempty"`
	Path    []string `json:"path,omitempty"`
}

// Make checks every webhook. done is told of each, for a progress bar.
func Make(ctx context.Context, source Source, done func()) (Report, error) {
	r := Report{Misfits: []Finding{}, Deprecated: []Finding{}}
	owners := map[int64]Owner{0: {Name: "operator"}}
	err := source.CheckWebhooks(ctx, func(v market.Verdict) error {
		r.Checked++
		done()
		if v.Fits() && len(v.DeprecatedFields) == 0 {
			return nil
		}
		owner, err := ownerOf(ctx, source, owners, v.Webhook.SellerID)
		if err != nil {
			return err
		}
		if f := finding(v, owner); v.Fits() {
			r.Deprecated = append(r.Deprecated, f)
		} else {
			r.Misfits = append(r.Misfits, f)
		}
		return nil
	})
	return r, err
}

// ownerOf names a seller, asking once for each.
func ownerOf(ctx context.Context, source Source, known map[int64]Owner, seller int64) (Owner, error) {
	if owner, ok := known[seller]; ok {
		return owner, nil
	}
	owner := Owner{Seller: market.Ref{Type: "Seller", Num: seller}.ID()}
	var found []*market.Seller
	if err := source.Find(ctx, &found, market.Eq("id", seller)); err != nil {
		return owner, fmt.Errorf("find the owner of a webhook: %w", err)
	}
	if len(found) > 0 {
		owner.Name = found[0].BusinessName
	}
	known[seller] = owner
	return owner, nil
}

func finding(v market.Verdict, owner Owner) Finding {
	w := v.Webhook
	f := Finding{
		Webhook: w.ID(), Owner: owner, Type: w.Type, State: string(w.State), Endpoint: endpoint(w.URL),
		Errors: []Error{}, MissingScopes: append([]string{}, v.MissingScopes...), DeprecatedFields: append([]string{}, v.DeprecatedFields...),
	}
	if w.Name != nil {
		f.Name = *w.Name
	}
	for _, e := range v.Errors {
		out := Error{Message: e.Message, Rule: e.Rule, Path: e.Path}
		if e.Line != nil && e.Column != nil {
			out.Line, out.Column = *e.Line, *e.Column
		}
		f.Errors = append(f.Errors, out)
	}
	return f
}

// endpoint is the part of a URL that holds no secret.
func endpoint(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// JSON writes the report for programs.
func (r Report) JSON(out io.Writer) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

// Text writes the report for people.
func (r Report) Text(out io.Writer) error {
	var b strings.Builder
	for _, f := range r.Misfits {
		fmt.Fprintf(&b, "%s does not fit\n", f)
		for _, e := range f.Errors {
			b.WriteString("  " + e.String() + "\n")
		}
		for _, scope := range f.MissingScopes {
			fmt.Fprintf(&b, "  needs the scope %s, which the key that registered it does not have\n", scope)
		}
	}
	for _, f := range r.Deprecated {
		fmt.Fprintf(&b, "%s uses what is deprecated\n", f)
		for _, field := range f.DeprecatedFields {
			fmt.Fprintf(&b, "  %s\n", field)
		}
	}
	fmt.Fprintf(&b, "%d webhooks checked: %d do not fit, %d use deprecated fields\n", r.Checked, len(r.Misfits), len(r.Deprecated))
	_, err := io.WriteString(out, b.String())
	return err
}

// String names the webhook for people.
func (f Finding) String() string {
	name := ""
	if f.Name != "" {
		name = fmt.Sprintf(" %q", f.Name)
	}
	return fmt.Sprintf("%s%s of %s, %s to %s, %s", f.Webhook, name, f.Owner.Name, f.Type, f.Endpoint, f.State)
}

// String is the message with its place.
func (e Error) String() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s (%s)", e.Message, e.Rule)
	}
	return fmt.Sprintf("line %d, column %d: %s (%s)", e.Line, e.Column, e.Message, e.Rule)
}
