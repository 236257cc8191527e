package resolvers

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"crier/graph"
	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/viewer"
)

// dryRun shows what a webhook would send of an entity. It executes the document
// with the rights that the webhook would have, in a context of its own, and stores nothing.
type dryRun struct {
	*Resolver
	in graph.WebhookDryRunInput
	// typeName is the class's, owner whose rights the document gets, and subject what it is about.
	typeName string
	owner    viewer.Viewer
	subject  market.Ref
	// asked are the kinds of change that the document asks for; nil for all.
	asked []market.WebhookEventName
	out   *graph.WebhookDryRun
}

// dryRun answers webhookDryRun.
func (r *Resolver) dryRun(ctx context.Context, in graph.WebhookDryRunInput) (*graph.WebhookDryRun, error) {
	v, err := viewing(ctx)
	if err != nil {
		return nil, err
	}
	if err := alone(ctx, v); err != nil {
		return nil, err
	}
	d := &dryRun{Resolver: r, in: in, owner: viewer.Viewer{Seller: v.Seller, Key: v.Key, Scopes: v.Scopes, ReadOnly: true}, out: &graph.WebhookDryRun{
		DocumentErrors: []*market.DocumentError{}, DocumentWarnings: []*market.DocumentError{}, MissingScopes: []string{}, RequiredScopes: []string{},
	}}
	if err := d.findOwner(ctx, v); err != nil {
		return nil, err
	}
	ready, err := d.check()
	if err != nil {
		return nil, err
	}
	if err := d.findSubject(ctx); err != nil || !ready || len(d.out.Errors) > 0 {
		return d.out, err
	}
	return d.out, d.execute(ctx)
}

// alone refuses a dry run within a document of a webhook, and more than one in a
// request: each may take what a whole request may.
func alone(ctx context.Context, v viewer.Viewer) error {
	if v.ReadOnly {
		return document.Errorf(document.CodeForbidden, "documents of webhooks cannot run others")
	}
	op, runs := graphql.GetOperationContext(ctx), 0
	for _, f := range graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Query"}) {
		if f.Name == "webhookDryRun" {
			runs++
		}
	}
	if runs > 1 {
		return badInput("webhookDryRun can be selected once in a request")
	}
	return nil
}

// refuse adds what is wrong with a field of the input.
func (d *dryRun) refuse(err error) {
	var invalid *market.Invalid
	if errors.As(err, &invalid) {
		for i := range invalid.Fields {
			d.out.Errors = append(d.out.Errors, &invalid.Fields[i])
		}
	}
}

// findOwner sets whose rights the document gets.
func (d *dryRun) findOwner(ctx context.Context, v viewer.Viewer) error {
	id := d.in.SellerID.Value()
	if id == nil {
		return nil
	}
	ref, err := market.ParseID(*id)
	if err != nil || ref.Type != "Seller" || !v.IsOperator() && ref.Num != v.Seller {
		d.refuse(market.Missing("seller_id"))
		return nil
	}
	n, err := d.Reader.Count(ctx, "Seller", market.Query{Where: []market.Cond{market.Eq("id", ref.Num)}})
	if err == nil && n == 0 {
		d.refuse(market.Missing("seller_id"))
	}
	d.owner.Seller = ref.Num
	return err
}

// check proves document and filter, and reports whether the document may run.
func (d *dryRun) check() (ready bool, err error) {
	d.typeName, _ = market.TypeOfClass(d.in.Type)
	facts, wrong := d.Documents.Check(d.typeName, d.text())
	d.asked = facts.EventNames
	if wrong != nil {
		d.out.DocumentErrors = documentDetails(wrong)
		return false, nil
	}
	d.out.Cost, d.out.RequiredScopes = facts.Cost, facts.RequiredScopes
	if facts.Warnings != nil {
		d.out.DocumentWarnings = documentDetails(facts.Warnings)
	}
	for _, scope := range facts.RequiredScopes {
		if !d.owner.Can(scope) {
			d.out.MissingScopes = append(d.out.MissingScopes, scope)
		}
	}
	if expression := d.filter(); expression != "" {
		for _, e := range d.Documents.CheckFilter(d.typeName, d.text(), expression, d.asked) {
			d.refuse(market.Refuse("filter", "%s", e.Located()))
		}
	}
	d.out.PayloadSchema, err = d.Documents.PayloadSchema(d.typeName, d.text(), d.format(), nil)
	return len(d.out.MissingScopes) == 0, err
}

// findSubject looks for the entity, as the owner sees it.
func (d *dryRun) findSubject(ctx context.Context) error {
	ref, err := market.ParseID(d.in.SubjectID)
	if _, known := market.KindOf(d.typeName); err != nil || !known || ref.Type != d.typeName {
		d.refuse(market.Missing("subject_id"))
		return nil
	}
	n, err := d.Reader.Count(viewer.NewContext(ctx, d.owner), d.typeName, market.Query{Where: []market.Cond{market.Eq("id", ref.Num)}})
	if err == nil && n == 0 {
		d.refuse(market.Missing("subject_id"))
	}
	d.subject = ref
	return err
}

// execute runs the document and writes the body, where the filter lets it pass.
func (d *dryRun) execute(ctx context.Context) error {
	prepared, err := d.Documents.Prepare(d.text())
	if err != nil {
		return err
	}
	own, end := detached(ctx)
	defer end()
	change := market.Change{Subject: d.subject, Action: d.action(), Changed: d.changed(), At: time.Now().UTC()}
	if d.out.Payload, err = d.Documents.Run(document.WithChange(own, change), prepared, d.subject.ID(), d.owner); err != nil || d.out.Payload == nil {
		return err
	}
	if err := d.match(); err != nil || !d.out.Matched {
		return err
	}
	event := &market.WebhookEvent{
		Base: market.Base{CreatedAt: time.Now()}, Action: d.action(), Format: d.format(), Reason: market.ReasonTrigger,
		SellerID: d.owner.Seller, SubjectType: d.subject.Type, SubjectNum: d.subject.Num,
	}
	body := string(d.Body(event, d.out.Payload))
	d.out.Body = &body
	return nil
}

// detached is a context for an execution within another: it ends with it, and has
// nothing else of it.
func detached(ctx context.Context) (context.Context, func()) {
	own, cancel := context.WithCancel(context.Background())
	stop := context.AfterFunc(ctx, cancel)
	return own, func() {
		stop()
		cancel()
	}
}

// match says whether the filter lets the payload pass.
func (d *dryRun) match() error {
	d.out.Matched = true
	expression := d.filter()
	if expression == "" {
		return nil
	}
	compiled, err := d.Documents.Filter(d.typeName, d.text(), expression)
	if err != nil {
		return err
	}
	if d.out.Matched, err = compiled.Match(d.out.Payload, d.changed(), string(d.action())); err != nil {
		d.refuse(market.Refuse("filter", "%s; the event is sent", err))
	}
	return nil
}

// changed are the fields that differ: nothing has changed, so that every field
// counts as changed, and none of what would be gone.
func (d *dryRun) changed() []string {
	names := []string{}
	if d.action() != market.Destroy {
		for _, f := range d.Documents.Schema().Types[d.typeName].Fields {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	return names
}

func (d *dryRun) text() string {
	if text := d.in.QueryString.Value(); text != nil && strings.TrimSpace(*text) != "" {
		return *text
	}
	return market.DefaultDocument
}

func (d *dryRun) filter() string {
	if filter := d.in.Filter.Value(); filter != nil && strings.TrimSpace(*filter) != "" {
		return *filter
	}
	return ""
}

func (d *dryRun) format() market.WebhookFormat {
	if format := d.in.Format.Value(); format != nil {
		return *format
	}
	return market.FormatEnvelope
}

func (d *dryRun) action() market.Action {
	if name := d.in.EventName.Value(); name != nil {
		return name.Action()
	}
	if d.asked != nil && !slices.Contains(d.asked, market.EventUpdate) {
		return d.asked[0].Action()
	}
	return market.Update
}
