package market_test

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"crier/internal/market"
)

func TestParseCents(t *testing.T) {
	t.Parallel()
	none := `is not a price: write it as in "25.95"`
	tests := []struct {
		text    string
		want    int64
		problem string
	}{
		{"0", 0, ""}, {"25", 2500, ""}, {"25.9", 2590, ""}, {"25.95", 2595, ""}, {"25.950", 2595, ""}, {"0.07", 7, ""},
		{"007", 700, ""}, {"21474836.47", math.MaxInt32, ""}, {"1.0000000000000000000000000", 100, ""},
		{"21474836.48", 0, "is too much: at most 21474836.47"}, {"99999999999999999999", 0, "is too much: at most 21474836.47"},
		{"0.001", 0, "has a fraction of a cent: give at most two decimals"},
		{"-1", 0, "can't be negative"}, {"-0.01", 0, "can't be negative"},
		{"", 0, none}, {".", 0, none}, {"1.", 0, none}, {".5", 0, none}, {"-", 0, none}, {"--1", 0, none}, {"+1", 0, none},
		{"1,5", 0, none}, {"1e3", 0, none}, {" 1", 0, none}, {"$1", 0, none}, {"1.2.3", 0, none}, {"1.-2", 0, none}, {"١", 0, none}, {"NaN", 0, none},
	}
	for _, test := range tests {
		got, err := market.ParseCents(test.text)
		problem := ""
		if err != nil {
			problem = err.Error()
		}
		if got != test.want || problem != test.problem {
			t.Errorf("ParseCents(%q) = %d, %q; want %d, %q", test.text, got, problem, test.want, test.problem)
		}
	}
}

func TestDecimalTextIsRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.Int64Range(0, math.MaxInt32).Draw(t, "cents")
		if got, err := market.ParseCents(market.DecimalText(cents)); got != cents || err != nil {
			t.Errorf("%d was written as %s and read as %d, %v", cents, market.DecimalText(cents), got, err)
		}
	})
}

func FuzzParseCents(f *testing.F) {
	for _, text := range []string{"25.95", "0", "-1", "1.234", "1e9", "21474836.48", "..", "٣"} {
		f.Add(text)
	}
	price := regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)
	f.Fuzz(func(t *testing.T, text string) {
		cents, err := market.ParseCents(text)
		if err != nil {
			if cents != 0 {
				t.Errorf("%q was refused, but is %d", text, cents)
			}
			return
		}
		if !price.MatchString(text) || cents < 0 || cents > math.MaxInt32 {
			t.Fatalf("%q was read as %d", text, cents)
		}
		plain := func(s string) string {
			if whole, fraction, ok := strings.Cut(s, "."); ok {
				s = strings.TrimSuffix(whole+"."+strings.TrimRight(fraction, "0"), ".")
			}
			if s = strings.TrimLeft(s, "0"); s == "" || s[0] == '.' {
				s = "0" + s
			}
			return s
		}
		if got, want := plain(market.DecimalText(cents)), plain(text); got != want {
			t.Errorf("%q was read as %s", text, got)
		}
	})
}
