package market_test

import (
	"fmt"
	"testing"

	"crier/internal/market"
	"crier/internal/store/storetest"
)

// anyScope allows every scope.
func anyScope(string) bool { return true }

func newKey(seller *market.Seller) market.APIKeyAttributes {
	return market.APIKeyAttributes{APITermsOfUse: true, Description: "orders", Organization: "Integrator", SellerID: new(seller.ID())}
}

// makeKey makes an API key for a seller.
func (c *catalogue) makeKey(seller *market.Seller) error {
	_, _, err := c.CreateAPIKey(c.t.Context(), operator, newKey(seller), anyScope)
	return err
}

func TestDeleteSeller(t *testing.T) {
	t.Parallel()
	c := onSQLite(t)
	other := must(c.CreateSeller(t.Context(), operator, newSeller()))
	must(c.UpsertExternalID(t.Context(), operator, c.seller.ID(), "crm", "7", nil))
	must(c.UpsertMetadatum(t.Context(), operator, c.seller.ID(), "tier", "gold"))
	must(c.DeleteAdvert(t.Context(), c.owner, c.upsert(c.shirt()).ID()))
	for _, s := range []*market.Seller{c.seller, c.seller, other} {
		if err := c.makeKey(s); err != nil {
			t.Fatal(err)
		}
		must(c.CreateWebhook(t.Context(), market.Actor{Seller: s.Num, ID: "key"}, nil, newHook()))
	}
	must(c.CreateWebhook(t.Context(), operator, nil, newHook()))
	c.store.take()

	gone := must(c.DeleteSeller(t.Context(), operator, c.seller.ID()))

	c.expectEvents(c.seller.Ref().String()+" destroy", "Webhook-1 destroy", "Webhook-2 destroy")
	stored := one[market.Seller](c.sales, market.Eq("id", gone.Num))
	if stored.DeletedAt == nil || !stored.DeletedAt.Equal(stored.UpdatedAt) || stored.BusinessName != "Lantern Works" || stored.AddressID == nil {
		t.Errorf("stored = %+v", stored)
	}
	if keys := rows[market.MarketplacerAPIKey](c.sales); len(keys) != 1 || keys[0].SellerID != other.Num {
		t.Errorf("%d keys are left", len(keys))
	}
	for _, w := range rows[market.Webhook](c.sales) {
		if deleted := w.DeletedAt != nil; deleted != (w.SellerID == c.seller.Num) {
			t.Errorf("%s of seller %d is deleted: %t", w.Ref(), w.SellerID, deleted)
		}
	}
	id := one[market.ExternalID](c.sales, market.Eq("key", "crm"))
	if id.DeletedAt == nil || !id.DeletedAt.Equal(*stored.DeletedAt) || len(c.metadata(c.seller.Ref())) != 1 {
		t.Errorf("the external id went at %v, the seller at %v", id.DeletedAt, stored.DeletedAt)
	}
	must(c.UpsertExternalID(t.Context(), operator, other.ID(), "crm", "7", nil)) // it is free again
}

func TestDeleteSellerRefusals(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	offering := must(c.CreateSeller(t.Context(), operator, newSeller()))
	in := c.shirt()
	in.SellerID = new(offering.ID())
	must(c.UpsertAdvert(t.Context(), operator, in))
	if err := c.makeKey(offering); err != nil {
		t.Fatal(err)
	}
	c.store.take()
	for name, test := range map[string]struct {
		actor  market.Actor
		id     string
		status int
		want   map[string]string
	}{
		"by itself":          {c.owner, c.seller.ID(), 403, map[string]string{"base": "is for the operator of the marketplace only"}},
		"unknown":            {operator, market.Ref{Type: "Seller", Num: 99}.ID(), 404, map[string]string{"seller_id": "was not found"}},
		"mistyped":           {operator, c.shirts.ID(), 404, map[string]string{"seller_id": "is not an id of type Seller"}},
		"with a hidden shop": {operator, offering.ID(), 422, map[string]string{"seller_id": "has adverts: delete them first"}},
	} {
		_, err := c.DeleteSeller(t.Context(), test.actor, test.id)
		t.Log(name)
		expectRefusal(t, err, test.status, test.want)
	}
	c.expectEvents()
	if len(rows[market.MarketplacerAPIKey](c.sales)) != 1 {
		t.Error("a refused deletion took the keys away")
	}
	must(c.DeleteSeller(t.Context(), operator, c.seller.ID()))
	c.store.take()
	_, err := c.DeleteSeller(t.Context(), operator, c.seller.ID())
	expectRefusal(t, err, 404, map[string]string{"seller_id": "was not found"})
	c.expectEvents()
}

// A seller goes only when nothing is expected of its invoices any more.
func TestDeleteSellerWaitsForItsInvoices(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	order := &market.Order{Status: market.OrderComplete}
	s.insert(order)
	check := func(i *market.Invoice, allowed bool) {
		t.Helper()
		seller := s.seller(nil)
		i.OrderID, i.SellerID = order.Num, seller.Num
		s.insert(i)
		_, err := s.DeleteSeller(t.Context(), operator, seller.ID())
		if allowed && err != nil {
			t.Errorf("%s %s: %v", i.DeliveryType, i.Status, err)
		}
		if !allowed {
			expectRefusal(t, err, 422, map[string]string{"seller_id": "has invoices that await payment, dispatch, collection, a return or a refund"})
		}
	}
	for _, status := range []market.InvoiceStatus{
		market.InvoiceAwaitingPayment, market.InvoicePaid, market.InvoicePaymentUnderReview, market.InvoiceSent, market.InvoicePartiallySent,
		market.InvoiceReady, market.InvoiceCollected, market.InvoiceRefunded, market.InvoiceCancelled,
	} {
		for _, delivery := range []market.DeliveryType{market.BuyOnline, market.ClickAndCollect, market.NoDispatch} {
			i := &market.Invoice{DeliveryType: delivery, Status: status}
			check(i, *market.AggregateStatusFinal([]*market.Invoice{i}))
		}
	}
	check(&market.Invoice{DeliveryType: market.BuyOnline, Status: market.InvoiceSent, AwaitingReturn: true}, false)
	check(&market.Invoice{DeliveryType: market.NoDispatch, Status: market.InvoicePaid, AwaitingRefund: true}, false)
}

func TestNothingNewBelongsToADeletedSeller(t *testing.T) {
	t.Parallel()
	c := onSQLite(t)
	ctx, id := t.Context(), c.seller.ID()
	own := must(c.CreateWebhook(ctx, operator, nil, newHook())).Webhook
	_, variant := c.offer(c.seller, 500, 10) // of an advert that no rule leaves to a deleted seller
	c.seller.DeletedAt = &salesNow
	c.save(c.seller)
	c.store.take()
	advert := func(seller *string) market.AdvertUpsert {
		return c.shirt(func(in *market.AdvertUpsert) { in.SellerID = seller })
	}
	hook := func(in *market.WebhookAttributes) { in.SellerID = market.Some(id) }
	for name, test := range map[string]struct {
		do     func() error
		status int
		field  string
	}{
		"an advert":          {func() error { _, err := c.UpsertAdvert(ctx, operator, advert(&id)); return err }, 404, "seller_id"},
		"its own advert":     {func() error { _, err := c.UpsertAdvert(ctx, c.owner, advert(nil)); return err }, 404, "seller_id"},
		"a key":              {func() error { return c.makeKey(c.seller) }, 404, "seller_id"},
		"a webhook":          {func() error { _, err := c.CreateWebhook(ctx, operator, nil, newHook(hook)); return err }, 404, "seller_id"},
		"its own webhook":    {func() error { _, err := c.CreateWebhook(ctx, c.owner, nil, newHook()); return err }, 404, "seller_id"},
		"another's webhook":  {func() error { _, err := c.UpdateWebhook(ctx, operator, nil, own.ID(), newHook(hook)); return err }, 404, "seller_id"},
		"an order":           {func() error { _, err := c.CreateOrder(ctx, operator, lines(line(variant, 1))); return err }, 422, "line_items.0.variant_id"},
		"a correction":       {func() error { _, err := c.UpdateSeller(ctx, operator, &id, market.SellerUpdate{}); return err }, 404, "seller_id"},
		"its own correction": {func() error { _, err := c.UpdateSeller(ctx, c.owner, nil, market.SellerUpdate{}); return err }, 404, "seller_id"},
		"an external id":     {func() error { _, err := c.UpsertExternalID(ctx, operator, id, "k", "v", nil); return err }, 404, "owner"},
		"a metadatum":        {func() error { _, err := c.UpsertMetadatum(ctx, operator, id, "k", "v"); return err }, 404, "owner"},
	} {
		if status, fields := refusal(t, test.do()); status != test.status || len(fields) != 1 || fields[0] != test.field {
			t.Errorf("%s: refused with %d on %v, want %d on %s", name, status, fields, test.status, test.field)
		}
	}
	c.expectEvents()
}

// Whatever comes first, a deleted seller has no advert, no key and no webhook.
func TestDeleteSellerMeetsWhatIsNew(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) string{
		"sqlite":   storetest.SQLite,
		"postgres": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newHooks(t, open(t))
			for round := range 10 {
				seller := must(c.CreateSeller(t.Context(), operator, newSeller()))
				actor := market.Actor{Seller: seller.Num, ID: "key"}
				together(t, 4, func(i int) error {
					var err error
					switch i {
					case 0:
						if round%2 == 0 {
							return nil // so that only keys and webhooks meet the deletion, which then succeeds
						}
						_, err = c.UpsertAdvert(t.Context(), actor, c.shirt())
					case 1:
						_, err = c.CreateWebhook(t.Context(), actor, nil, newHook())
					case 2:
						err = c.makeKey(seller)
					default:
						_, err = c.DeleteSeller(t.Context(), operator, seller.ID())
					}
					return err
				})
				deleted := one[market.Seller](c.sales, market.Eq("id", seller.Num)).DeletedAt != nil
				if round%2 == 0 && !deleted {
					t.Error("the seller is not deleted, though it had no advert")
				}
				if !deleted {
					continue
				}
				left := fmt.Sprint(len(rows[market.Advert](c.sales, market.Eq("seller_id", seller.Num))),
					len(rows[market.Webhook](c.sales, market.Eq("seller_id", seller.Num), market.Eq("deleted_at", nil))),
					len(rows[market.MarketplacerAPIKey](c.sales, market.Eq("seller_id", seller.Num))))
				if left != "0 0 0" {
					t.Errorf("the deleted seller has adverts, webhooks and keys: %s", left)
				}
			}
		})
	}
}
