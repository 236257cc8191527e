package client

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// page is how many entries one request asks for.
const page = 500

// Webhook is a registration as the API shows it.
type Webhook struct{ ID, Identifier, Name, URL, PublicKey string }

// Webhooks are those that the key may see.
func (c Client) Webhooks(ctx context.Context) ([]Webhook, error) {
	var all []Webhook
	for after := (*string)(nil); ; {
		var found struct {
			Webhooks struct {
				Nodes    []Webhook
				PageInfo struct {
					HasNextPage bool
					EndCursor   *string
				}
			}
		}
		err := c.Do(ctx, `query($first: Int!, $after: String) {
			webhooks(first: $first, after: $after) { nodes { id identifier name url publicKey } pageInfo { hasNextPage endCursor } }
		}`, map[string]any{"first": page, "after": after}, &found)
		if err != nil {
			return nil, fmt.Errorf("read the webhooks: %w", err)
		}
		all = append(all, found.Webhooks.Nodes...)
		if after = found.Webhooks.PageInfo.EndCursor; !found.Webhooks.PageInfo.HasNextPage || after == nil {
			return all, nil
		}
	}
}

// Forget deletes the webhooks whose identifier begins with prefix.
func (c Client) Forget(ctx context.Context, prefix string) error {
	all, err := c.Webhooks(ctx)
	if err != nil {
		return err
	}
	for _, w := range all {
		if strings.HasPrefix(w.Identifier, prefix) {
			err = errors.Join(err, c.Delete(ctx, w.ID))
		}
	}
	return err
}

// Delete deletes a webhook; what waits for it is called off.
func (c Client) Delete(ctx context.Context, id string) error {
	var deleted struct{ WebhookDelete Result }
	err := c.Do(ctx, `mutation($id: ID!) { webhookDelete(input: { webhookId: $id }) { status errors { field messages } } }`, map[string]any{"id": id}, &deleted)
	if err = errors.Join(err, deleted.WebhookDelete.Err()); err != nil {
		return fmt.Errorf("delete webhook %s: %w", id, err)
	}
	return nil
}

// Register registers a webhook with the attributes of webhookCreate and returns it
// with its signing secret.
func (c Client) Register(ctx context.Context, attributes map[string]any) (Webhook, string, error) {
	var created struct {
		WebhookCreate struct {
			Result
			Secret  string
			Webhook Webhook
		}
	}
	err := c.Do(ctx, `mutation($attributes: WebhookCreateInput!) {
		webhookCreate(input: { attributes: $attributes }) {
			status secret webhook { id identifier name url publicKey } errors { field messages } documentErrors { message line column rule }
		}
	}`, map[string]any{"attributes": attributes}, &created)
	err = errors.Join(err, created.WebhookCreate.Err())
	return created.WebhookCreate.Webhook, created.WebhookCreate.Secret, err
}
