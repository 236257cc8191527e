package document_test

import (
	"context"
	"testing"

	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/viewer"
)

const large = `query($id: ID!) { node(id: $id) { __typename id ... on Advert {
	title published legacyId brand { id name } variants(first: 10) { nodes { id sku countOnHand label } } } } }`

// shop resolves an advert with a brand and ten variants, 13 objects with its page.
func shop() *root {
	return &root{
		node:  func(context.Context, string) (market.Node, error) { return sample(7), nil },
		brand: func(context.Context, *market.Advert) (*market.Brand, error) { return &market.Brand{Name: "Acme"}, nil },
		variants: func(context.Context, *market.Advert) (*market.Connection[market.Variant], error) {
			return page(10), nil
		},
	}
}

func BenchmarkRun(b *testing.B) {
	for name, text := range map[string]string{"small": market.DefaultDocument, "13 objects": large} {
		b.Run(name, func(b *testing.B) {
			d := runner(shop(), document.Options{})
			p, err := d.Prepare(text)
			if err != nil {
				b.Fatal(err)
			}
			ctx, v := context.Background(), viewer.Viewer{Seller: 3}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.Run(ctx, p, "QWR2ZXJ0LTc=", v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCheck(b *testing.B) {
	for b.Loop() {
		if _, refused := checker(b).Check("Advert", large); refused != nil {
			b.Fatal(refused)
		}
	}
}
