package market_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"crier/internal/market"
)

func TestCreateShipmentCarrier(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	const tracking = "https://parcels.example/track?number={tracking_number}"
	for _, tc := range []struct {
		name   string
		in     market.CarrierCreate
		fields []string
	}{
		{"all", market.CarrierCreate{Name: "Fast", HomepageURL: new("http://parcels.example"), TrackingURL: new(tracking)}, nil},
		{"name only", market.CarrierCreate{Name: "Slow", HomepageURL: new(""), TrackingURL: new(" ")}, nil},
		{"placeholder in the path", market.CarrierCreate{Name: "Sure", TrackingURL: new("https://parcels.example/{tracking_number}/where")}, nil},
		{"nothing", market.CarrierCreate{Name: " "}, []string{"name"}},
		{"too long", market.CarrierCreate{Name: strings.Repeat("x", 256)}, []string{"name"}},
		{"relative", market.CarrierCreate{Name: "A", HomepageURL: new("/home"), TrackingURL: new("{tracking_number}")}, []string{"homepage_url", "tracking_url"}},
		{"another scheme", market.CarrierCreate{Name: "A", HomepageURL: new("javascript://x/%0aalert(1)")}, []string{"homepage_url"}},
		{"no host", market.CarrierCreate{Name: "A", HomepageURL: new("https:///x")}, []string{"homepage_url"}},
		{"no URL", market.CarrierCreate{Name: "A", HomepageURL: new("https://a b/")}, []string{"homepage_url"}},
		{"no placeholder", market.CarrierCreate{Name: "A", TrackingURL: new("https://parcels.example/track")}, []string{"tracking_url"}},
	} {
		carrier, err := s.CreateShipmentCarrier(t.Context(), operator, tc.in)
		if tc.fields != nil {
			if status, fields := refusal(t, err); status != 422 || !slices.Equal(fields, tc.fields) {
				t.Errorf("%s: %d %v, want %v", tc.name, status, fields, tc.fields)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if diff := cmp.Diff(carrier, one[market.ShipmentCarrier](s, market.Eq("id", carrier.Num)), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
}

func TestTrackingLink(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		url    *string
		number string
		want   *string
	}{
		{"no page", nil, "1", nil},
		{"query", new("https://p.example/?n={tracking_number}&l=en"), "A&B=C D+E", new("https://p.example/?n=A%26B%3DC%20D%2BE&l=en")},
		{"path", new("https://p.example/{tracking_number}/where"), "A/B?#%", new("https://p.example/A%2FB%3F%23%25/where")},
		{"twice", new("https://p.example/{tracking_number}#{tracking_number}"), "1", new("https://p.example/1#1")},
	} {
		got := (&market.ShipmentCarrier{TrackingURL: tc.url}).TrackingLink(tc.number)
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
}
