package market

import (
	"context"
	"fmt"
)

// provenAtOnce bounds the webhooks that one transaction proves.
const provenAtOnce = 200

// Verdict is what a check of a registered document found.
type Verdict struct {
	Webhook *Webhook
	// Errors say why the document does not fit the schema; none where it does.
	Errors []DocumentError
	// MissingScopes are those that the document needs and its key does not have.
	MissingScopes []string
	// DeprecatedFields are those that it selects, "Type.field: reason".
	DeprecatedFields []string
}

// Fits reports whether the webhook can be delivered.
func (v Verdict) Fits() bool { return len(v.Errors) == 0 && len(v.MissingScopes) == 0 }

// CheckWebhooks proves every registered document under the present schema and
// tells of each, by number, without changing anything.
func (m *Market) CheckWebhooks(ctx context.Context, tell func(Verdict) error) error {
	return m.eachBatch(ctx, func(_ *unit, webhooks []*Webhook) error {
		for _, w := range webhooks {
			facts, errs := m.check(w)
			v := Verdict{Webhook: w, Errors: errs, MissingScopes: missingScopes(w.GrantedScopes, facts.RequiredScopes), DeprecatedFields: facts.DeprecatedFields}
			if err := tell(v); err != nil {
				return err
			}
		}
		return nil
	})
}

// ProveWebhooks proves every registered document under the present schema. A
// webhook whose document does not fit any more becomes INVALID and keeps its
// events; one that fits again sends them.
func (m *Market) ProveWebhooks(ctx context.Context) error {
	return m.eachBatch(ctx, func(u *unit, webhooks []*Webhook) error {
		for _, w := range webhooks {
			if err := m.prove(u, u.track(w).entity.(*Webhook)); err != nil {
				return err
			}
		}
		return nil
	})
}

// eachBatch runs work for every webhook, by number, so many in a transaction.
func (m *Market) eachBatch(ctx context.Context, work func(*unit, []*Webhook) error) error {
	for after := int64(0); ; {
		var batch []*Webhook
		err := m.run(ctx, Actor{ID: "check"}, func(u *unit) error {
			batch = nil // the transaction may run again
			if err := u.tx.Select(u.ctx, &batch, Query{Where: []Cond{Gt("id", after)}, Limit: provenAtOnce, Lock: true}); err != nil {
				return fmt.Errorf("read webhooks: %w", err)
			}
			return work(u, batch)
		})
		if err != nil || len(batch) < provenAtOnce {
			return err
		}
		after = batch[len(batch)-1].Num
	}
}
