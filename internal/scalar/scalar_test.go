package scalar_test

import (
	"testing"
	"time"

	"crier/internal/scalar"
)

func TestUnmarshalDateTime(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2026-03-01":                     day,
		"2026-03-01T00:00Z":              day,
		"2026-03-01T00:00:00":            day,
		"2026-03-01T02:00:00+02:00":      day,
		"2026-03-01 02:00:00 +0200":      day,
		"2026-03-01T00:00:00.123456789Z": day.Add(123456789),
		"0001-01-01":                     {},
		"9999-12-31T23:59:59Z":           time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
	} {
		if got, err := scalar.UnmarshalDateTime(text); err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s is %v, %v", text, got, err)
		}
	}
	for _, value := range []any{
		5, nil, "", "soon", "20260301", "2026-13-01", "2026-02-30", "2026-06-30T23:59:60Z", "2026-03-01T25:00Z", "10000-01-01",
		"0000-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00",
	} {
		if got, err := scalar.UnmarshalDateTime(value); err == nil {
			t.Errorf("%v is taken for %v", value, got)
		}
	}
}
