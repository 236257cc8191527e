package resolvers

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"

	"github.com/99designs/gqlgen/graphql"

	"crier/graph"
	"crier/internal/market"
)

// optSet is opt for a field of an update that null leaves as it is.
func optSet[T any](field graphql.Omittable[*T]) market.Opt[T] {
	value := field.Value()
	return market.Opt[T]{Set: value != nil, Value: value}
}

// optJSON is opt for a JSON value.
func optJSON(field graphql.Omittable[json.RawMessage]) market.Opt[json.RawMessage] {
	value, set := field.ValueOK()
	if value == nil {
		return market.Opt[json.RawMessage]{Set: set}
	}
	return market.Some(value)
}

// newWebhook is what webhookCreate says of a webhook.
func newWebhook(in *graph.WebhookCreateInput) market.WebhookAttributes {
	return market.WebhookAttributes{
		AllowSkip:           opt(in.AllowSkip),
		Asymmetric:          opt(in.Asymmetric),
		CoalesceSeconds:     optInt(in.CoalesceSeconds),
		ConcurrentSendLimit: optInt(in.ConcurrentSendLimit),
		Enabled:             opt(in.Enabled),
		EventName:           opt(in.EventName),
		EventNames:          optList(in.EventNames),
		Filter:              opt(in.Filter),
		Format:              opt(in.Format),
		Headers:             optJSON(in.Headers),
		HmacKey:             opt(in.HmacKey),
		Identifier:          opt(in.Identifier),
		IgnoreOwnChanges:    opt(in.IgnoreOwnChanges),
		MaxRetries:          optInt(in.MaxRetries),
		Name:                opt(in.Name),
		OnErrors:            opt(in.OnErrors),
		Ordered:             opt(in.Ordered),
		QueryString:         opt(in.QueryString),
		RatePerSecond:       optInt(in.RatePerSecond),
		SellerID:            opt(in.SellerID),
		TimeoutSeconds:      optInt(in.TimeoutSeconds),
		Type:                market.Some(in.Type),
		URL:                 market.Some(in.URL),
	}
}

// webhookChanges is what webhookUpdate says of a webhook.
func webhookChanges(in *graph.WebhookInput) market.WebhookAttributes {
	if in == nil {
		return market.WebhookAttributes{}
	}
	return market.WebhookAttributes{
		AllowSkip:           opt(in.AllowSkip),
		Asymmetric:          opt(in.Asymmetric),
		CoalesceSeconds:     optInt(in.CoalesceSeconds),
		ConcurrentSendLimit: optInt(in.ConcurrentSendLimit),
		Enabled:             opt(in.Enabled),
		EventName:           opt(in.EventName),
		EventNames:          optList(in.EventNames),
		Filter:              opt(in.Filter),
		Format:              opt(in.Format),
		Headers:             optJSON(in.Headers),
		HmacKey:             opt(in.HmacKey),
		Identifier:          opt(in.Identifier),
		IgnoreOwnChanges:    opt(in.IgnoreOwnChanges),
		MaxRetries:          optInt(in.MaxRetries),
		Name:                opt(in.Name),
		OnErrors:            opt(in.OnErrors),
		Ordered:             opt(in.Ordered),
		QueryString:         opt(in.QueryString),
		RatePerSecond:       optInt(in.RatePerSecond),
		SellerID:            opt(in.SellerID),
		TimeoutSeconds:      optInt(in.TimeoutSeconds),
		Type:                optSet(in.Type),
		URL:                 optSet(in.URL),
	}
}

// changeWebhook is change for what depends on the viewer's scopes. A change that was refused has no result.
func changeWebhook(ctx context.Context, run func(actor market.Actor, scopes []string) (market.WebhookResult, error)) (market.WebhookResult, error) {
	v, err := viewing(ctx)
	if err != nil {
		return market.WebhookResult{}, err
	}
	result, err := change(ctx, func(actor market.Actor) (market.WebhookResult, error) { return run(actor, v.Scopes) })
	if err != nil {
		return market.WebhookResult{}, err
	}
	return result, nil
}

// whsec is a signing key as Standard Webhooks writes it; nil where none was made.
func whsec(key []byte) *string {
	if key == nil {
		return nil
	}
	text := "whsec_" + base64.StdEncoding.EncodeToString(key)
	return &text
}

// documentErrors are the details of a refusal that is about a webhook's document; nil where it is not.
func documentErrors(err error) []*market.DocumentError {
	var refusal *market.Invalid
	if !errors.As(err, &refusal) {
		return nil
	}
	return documentDetails(refusal.Document)
}

// documentDetails are what is said of a document; nil where that is nothing.
func documentDetails(list []market.DocumentError) []*market.DocumentError {
	if len(list) == 0 {
		return nil
	}
	return each(list, func(e market.DocumentError) *market.DocumentError { return &e })
}
