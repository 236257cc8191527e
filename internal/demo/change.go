package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"crier/internal/client"
)

// node is what an answer tells of anything that is only named.
type node struct{ ID string }

// nodes is a page of such.
type nodes struct{ Nodes []node }

// market is what is there to sell with.
type market struct{ Taxons, SellersWhere, ShipmentCarriers nodes }

// sale is what was sold.
type sale struct{ invoice, line string }

// change offers an advert, sells it, sends it, and takes one piece of it back.
func (s show) change(ctx context.Context) error {
	var at market
	if err := s.api.Do(ctx, `{ taxons(first: 1) { nodes { id } } sellersWhere(first: 1) { nodes { id } } shipmentCarriers(first: 1) { nodes { id } } }`, nil, &at); err != nil {
		return err
	}
	if len(at.Taxons.Nodes) == 0 || len(at.SellersWhere.Nodes) == 0 || len(at.ShipmentCarriers.Nodes) == 0 {
		return errors.New("the marketplace has no taxon, seller or carrier: set CRIER_SAMPLE_DATA=true on an empty database")
	}
	variant, err := s.offer(ctx, at)
	if err != nil {
		return err
	}
	sold, err := s.sell(ctx, variant)
	if err != nil {
		return err
	}
	if err := s.send(ctx, at, sold); err != nil {
		return err
	}
	return s.refund(ctx, sold)
}

// offer makes an advert and returns the id of its variant.
func (s show) offer(ctx context.Context, at market) (variant string, err error) {
	var out struct {
		AdvertUpsert struct {
			client.Result
			Advert struct{ Variants nodes }
		}
	}
	variables := map[string]any{"seller": at.SellersWhere.Nodes[0].ID, "taxon": at.Taxons.Nodes[0].ID, "sku": fmt.Sprintf("TEAPOT-%d", time.Now().UnixNano())}
	if err := s.mutate(ctx, "advert_upsert", variables, &out, &out.AdvertUpsert.Result); err != nil {
		return "", err
	}
	return out.AdvertUpsert.Advert.Variants.Nodes[0].ID, nil
}

// sell orders pieces of a variant.
func (s show) sell(ctx context.Context, variant string) (sale, error) {
	var out struct {
		OrderCreate struct {
			client.Result
			Order struct {
				Invoices struct {
					Nodes []struct {
						node
						LineItems []node
					}
				}
			}
		}
	}
	if err := s.mutate(ctx, "order_create", map[string]any{"variant": variant}, &out, &out.OrderCreate.Result); err != nil {
		return sale{}, err
	}
	invoice := out.OrderCreate.Order.Invoices.Nodes[0]
	return sale{invoice: invoice.ID, line: invoice.LineItems[0].ID}, nil
}

// send sends what was sold.
func (s show) send(ctx context.Context, at market, sold sale) error {
	var out struct{ ShipmentCreate client.Result }
	return s.mutate(ctx, "shipment_create", map[string]any{
		"invoice": sold.invoice, "line": sold.line, "carrier": at.ShipmentCarriers.Nodes[0].ID, "day": time.Now().UTC().Format(time.DateOnly),
	}, &out, &out.ShipmentCreate)
}

// refund takes a piece back, and pays for it.
func (s show) refund(ctx context.Context, sold sale) error {
	var asked struct {
		RefundRequestCreate struct {
			client.Result
			RefundRequest node
		}
	}
	if err := s.mutate(ctx, "refund_request_create", map[string]any{"invoice": sold.invoice, "line": sold.line}, &asked, &asked.RefundRequestCreate.Result); err != nil {
		return err
	}
	request := map[string]any{"refund": asked.RefundRequestCreate.RefundRequest.ID}
	var returned struct{ RefundRequestReturn client.Result }
	if err := s.mutate(ctx, "refund_request_return", request, &returned, &returned.RefundRequestReturn); err != nil {
		return err
	}
	var refunded struct{ RefundRequestRefund client.Result }
	return s.mutate(ctx, "refund_request_refund", request, &refunded, &refunded.RefundRequestRefund)
}

// mutate shows and executes one mutation; res is where out has its outcome.
func (s show) mutate(ctx context.Context, name string, variables map[string]any, out any, res *client.Result) error {
	document, err := text(name)
	if err != nil {
		return err
	}
	s.printf("── mutation ──\n%s\n", document)
	if err := s.api.Do(ctx, document, variables, out); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := res.Err(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
