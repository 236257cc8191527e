package bench_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"crier/internal/market"
)

// mutating is how many clients send mutations at once.
const mutating = 32

// upsert counts an advert anew: its price and the stock of its variant.
const upsert = `mutation($id: ID!, $sku: String!, $price: String!, $count: Int!) {
	done: advertUpsert(input: { advertId: $id, attributes: { price: $price, variants: [{ sku: $sku, countOnHand: $count }] } }) {
		status errors { field messages } advert { id updatedAt }
	}
}`

// order sells one piece.
const order = `mutation($variant: ID!) {
	done: orderCreate(input: { order: { firstName: "Bench" }, lineItems: [{ variantId: $variant, quantity: 1 }] }) {
		status errors { field messages } order { id totalCents }
	}
}`

// BenchmarkUpserts is advertUpsert over HTTP, side by side with nothing but the
// rows that it writes: an advert, its variant, and a change of each.
func BenchmarkUpserts(b *testing.B) {
	inPlaces(b, func(b *testing.B, r *rig) {
		goods := r.goods(b)
		ask := func(client, i int) []byte {
			g := goods[client]
			return request(b, upsert, map[string]any{"id": g.advert.ID(), "sku": g.sku, "price": fmt.Sprintf("%d.90", 10+i%80), "count": 1_000_000 + i})
		}
		w := r.writer(b)
		mutations(b, r, ask, func(client, i int) error {
			g := goods[client]
			return w.transaction(func(t *transaction) {
				t.set("adverts", "editable_price_cents", g.advert.Num, i)
				t.set("variants", "count_on_hand", g.variant.Num, i)
				t.copy("changes", 2)
			})
		})
	})
}

// BenchmarkOrders is orderCreate over HTTP, side by side with nothing but the
// rows that it writes: an order, its invoice and line, the stock and the advert
// that shows it, and a change of each but the line.
func BenchmarkOrders(b *testing.B) {
	inPlaces(b, func(b *testing.B, r *rig) {
		goods := r.goods(b)
		ask := func(client, _ int) []byte {
			return request(b, order, map[string]any{"variant": goods[client].variant.ID()})
		}
		w := r.writer(b)
		mutations(b, r, ask, func(client, i int) error {
			g := goods[client]
			return w.transaction(func(t *transaction) {
				t.copy("orders", 1)
				t.copy("invoices", 1)
				t.copy("line_items", 1)
				t.set("variants", "count_on_hand", g.variant.Num, i)
				t.set("adverts", "editable_price_cents", g.advert.Num, i)
				t.copy("changes", 4)
			})
		})
	})
}

// good is an advert with its only variant.
type good struct {
	advert, variant market.Ref
	sku             string
}

// goods makes an advert with much stock for each client, and sells one piece of each.
func (r *rig) goods(b *testing.B) []good {
	b.Helper()
	all := make([]good, mutating)
	for i := range all {
		in := stocked(i)
		in.SellerID, in.TaxonID, in.Variants = &r.seller, market.Some(r.taxon), in.Variants[:1]
		in.Variants[0].CountOnHand = market.Some[int64](1_000_000)
		advert, err := r.market.UpsertAdvert(context.Background(), r.actor, in)
		must(b, err)
		// Nothing was made before, so that an advert's variant has its number.
		all[i] = good{advert: advert.Ref(), variant: market.Ref{Type: "Variant", Num: advert.Num}, sku: *in.Variants[0].SKU.Value}
		_, err = r.market.CreateOrder(context.Background(), r.actor, market.OrderCreate{
			LineItems: []market.LineItemAttributes{{VariantID: all[i].variant.ID(), Quantity: 1}},
		})
		must(b, err)
	}
	return all
}

// mutations has the clients send mutations, and then as many transactions of bare writes, in turns.
func mutations(b *testing.B, r *rig, ask func(client, i int) []byte, bare func(client, i int) error) {
	const rounds, each = 4, 320
	server, client := r.serve(b), connected(b, mutating)
	ours := func(number, i int) error {
		answer, err := server.post(client, ask(number, i))
		if err != nil {
			return err
		}
		return accepted(answer)
	}
	clients(b, mutating, mutating, ours)
	b.ResetTimer()
	var took, ceiling time.Duration
	for range b.N * rounds {
		took += clients(b, each, mutating, ours)
		ceiling += clients(b, each, mutating, bare)
	}
	report(b, "mutations", rounds*each, took, "bare-transactions", ceiling)
}

// accepted says why a mutation was not done.
func accepted(answer []byte) error {
	var got struct {
		Data struct{ Done struct{ Status int } }
	}
	err := json.Unmarshal(answer, &got)
	if err == nil && got.Data.Done.Status != http.StatusOK {
		err = errors.New("the mutation was refused")
	}
	if err != nil {
		return fmt.Errorf("%w: %s", err, answer)
	}
	return nil
}
