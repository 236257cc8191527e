package market_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crier/internal/market"
)

func TestCountries(t *testing.T) {
	t.Parallel()
	line := regexp.MustCompile(`^([A-Z]{2}\t\d{3}|\t[A-Z0-9]{1,3})\t\S.*$`)
	for number, text := range strings.Split(strings.TrimSuffix(market.ISO3166, "\n"), "\n") {
		if !line.MatchString(text) {
			t.Errorf("line %d is %q", number+1, text)
		}
	}
	au := market.CountryByCode("AU")
	if au == nil || au.Num != 36 || au.Name != "Australia" || au.ID() != (market.Ref{Type: "Country", Num: 36}).ID() {
		t.Fatalf("AU = %+v", au)
	}
	if len(au.Subdivisions()) != 8 || market.CountryByNum(36) != au {
		t.Errorf("AU has %d states", len(au.Subdivisions()))
	}
	if got := market.CountryByCode("SG").Subdivisions(); len(got) != 5 {
		t.Errorf("SG has %d states", len(got))
	}
	vic := market.StateByCode("AU-VIC")
	if vic == nil || vic.Name != "Victoria" || vic.ShortCode() != "VIC" || vic.CountryCode() != "AU" || market.StateByNum(vic.Num) != vic {
		t.Errorf("AU-VIC = %+v", vic)
	}
	if vic.Num != 36*37*37*37+32*37*37+19*37+13 {
		t.Errorf("AU-VIC has the number %d", vic.Num)
	}
	if market.CountryByCode("XX") != nil || market.CountryByNum(0) != nil || market.StateByCode("AU-XX") != nil || market.StateByNum(1) != nil {
		t.Error("a place that does not exist was found")
	}
}

// Numbers must not meet, since global ids are made of them.
func TestStateNumbersAreUnique(t *testing.T) {
	t.Parallel()
	seen, count := map[int64]string{}, 0
	for _, text := range strings.Split(strings.TrimSuffix(market.ISO3166, "\n"), "\n") {
		if !strings.HasPrefix(text, "\t") {
			for _, s := range market.CountryByCode(text[:2]).Subdivisions() {
				if other, twice := seen[s.Num]; twice {
					t.Errorf("%s and %s have the number %d", s.Code, other, s.Num)
				}
				seen[s.Num] = s.Code
			}
			continue
		}
		count++
	}
	if len(seen) != count || count < 5000 {
		t.Errorf("%d numbers of %d states", len(seen), count)
	}
}

func TestAddressPlaces(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	country := func(code, id *string) market.Opt[market.CountryAttributes] {
		return market.Some(market.CountryAttributes{Code: code, ID: id})
	}
	state := func(id, name, short *string) market.Opt[market.StateAttributes] {
		return market.Some(market.StateAttributes{ID: id, Name: name, Short: short})
	}
	au, nz, vic := market.CountryByCode("AU").ID(), market.CountryByCode("NZ").ID(), market.StateByCode("AU-VIC").ID()
	noCountry := `is not a country: give its code of ISO 3166-1, as in "AU", or its id`
	tests := []struct {
		name string
		in   market.AddressAttributes
		// place is the country and the state after a success, as "AU VIC".
		place string
		want  map[string]string
	}{
		{"code in lower case", market.AddressAttributes{Country: country(new("au"), nil)}, "AU ", nil},
		{"id", market.AddressAttributes{Country: country(nil, &au)}, "AU ", nil},
		{"both", market.AddressAttributes{Country: country(new("AU"), &au)}, "AU ", nil},
		{"state by short code", market.AddressAttributes{State: state(nil, nil, new("vic"))}, "AU AU-VIC", nil},
		{"absent stays", market.AddressAttributes{City: market.Some("Bendigo")}, "AU AU-VIC", nil},
		{"state removed", market.AddressAttributes{State: market.Null[market.StateAttributes]()}, "AU ", nil},
		{"state by name", market.AddressAttributes{State: state(nil, new("VICTORIA"), nil)}, "AU AU-VIC", nil},
		{"state by id and all", market.AddressAttributes{State: state(&vic, new("Victoria"), new("VIC"))}, "AU AU-VIC", nil},
		{"state goes with its country", market.AddressAttributes{Country: country(nil, &nz)}, "NZ ", nil},
		{"state without any code", market.AddressAttributes{State: state(nil, new("Auckland"), nil)}, "NZ NZ-AUK", nil},
		{"countries disagree", market.AddressAttributes{Country: country(new("NZ"), &au)}, "", map[string]string{"address.country": noCountry}},
		{"unknown code beside an id", market.AddressAttributes{Country: country(new("XX"), &au)}, "", map[string]string{"address.country": noCountry}},
		{"nothing named", market.AddressAttributes{Country: country(nil, nil)}, "", map[string]string{"address.country": noCountry}},
		{"id of something else", market.AddressAttributes{Country: country(nil, &vic)}, "", map[string]string{"address.country": noCountry}},
		{"cleared", market.AddressAttributes{Country: market.Null[market.CountryAttributes]()}, "", map[string]string{"address.country": "can't be blank"}},
		{"state of elsewhere", market.AddressAttributes{State: state(&vic, nil, nil)}, "", map[string]string{"address.state": "is not a state of New Zealand"}},
		{"states disagree", market.AddressAttributes{State: state(nil, new("Auckland"), new("WGN"))}, "", map[string]string{"address.state": "is not a state of New Zealand"}},
		{"no state named", market.AddressAttributes{State: state(nil, nil, nil)}, "", map[string]string{"address.state": "needs an id, a short code or a name"}},
		{"postcode", market.AddressAttributes{Postcode: market.Some(strings.Repeat("1", 33))}, "", map[string]string{"address.postcode": "is too long: at most 32 characters"}},
		{"blank", market.AddressAttributes{Address: market.Some(" "), City: market.Null[string]()}, "", map[string]string{"address.address": "can't be blank", "address.city": "can't be blank"}},
	}
	for _, test := range tests {
		_, err := c.UpdateSeller(t.Context(), c.owner, nil, market.SellerUpdate{Address: market.Some(test.in)})
		if test.want != nil {
			if diff := cmp.Diff(test.want, messages(t, err)); diff != "" {
				t.Errorf("%s: refusal (-want +got):\n%s", test.name, diff)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		a := one[market.Address](c.sales, market.Eq("id", *c.seller.AddressID))
		if got := a.CountryCode + " " + a.StateCode; got != test.place {
			t.Errorf("%s: place = %q, want %q", test.name, got, test.place)
		}
	}
}
