package stream_test

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"crier/internal/stream"
)

func sampleEntry() stream.Entry {
	return stream.Entry{
		ID: "Q2hhbmdlLTE=", Sequence: 17, Type: "ADVERT", Action: "update", Subject: "QWR2ZXJ0LTE=", Seller: "U2VsbGVyLTE=",
		Changed: []string{"title", "price"}, Actor: "operator", At: time.Date(2026, 2, 3, 4, 5, 6, 7000, time.UTC),
		Traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
	}
}

// fieldMap turns names and values by turns into a map.
func fieldMap(fields []string) map[string]string {
	m := make(map[string]string)
	for pair := range slices.Chunk(fields, 2) {
		m[pair[0]] = pair[1]
	}
	return m
}

// The names and the form of the values are a public contract.
func TestEntryFields(t *testing.T) {
	t.Parallel()
	want := []string{
		"id", "Q2hhbmdlLTE=", "sequence", "17", "type", "ADVERT", "action", "update", "subject", "QWR2ZXJ0LTE=",
		"seller", "U2VsbGVyLTE=", "changed", "title,price", "actor", "operator", "at", "2026-02-03T04:05:06.000007Z",
		"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
	}
	if diff := cmp.Diff(want, sampleEntry().Fields()); diff != "" {
		t.Error(diff)
	}
}

func TestParseEntryTakesWhatOthersMayLeaveOut(t *testing.T) {
	t.Parallel()
	fields := fieldMap(sampleEntry().Fields())
	for _, optional := range []string{"seller", "changed", "actor", "traceparent"} {
		delete(fields, optional)
	}
	fields["at"] = "2026-02-03T05:05:06+01:00"
	fields["from a later version"] = "x"
	got, err := stream.ParseEntry(fields)
	want := sampleEntry()
	want.Seller, want.Changed, want.Actor, want.Traceparent = "", nil, "", ""
	want.At = want.At.Truncate(time.Second)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestParseEntryNamesTheField(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ field, value string }{
		{"id", ""}, {"sequence", ""}, {"sequence", "x"}, {"sequence", "1.5"}, {"sequence", "9223372036854775808"},
		{"type", ""}, {"action", ""}, {"subject", ""}, {"at", ""}, {"at", "yesterday"}, {"at", "1700000000"},
	} {
		fields := fieldMap(sampleEntry().Fields())
		fields[c.field] = c.value
		_, err := stream.ParseEntry(fields)
		var decode *stream.DecodeError
		if !errors.As(err, &decode) || decode.Field != c.field || decode.Unwrap() == nil {
			t.Errorf("%s = %q: %v", c.field, c.value, err)
		}
	}
}

func entries(t *rapid.T) stream.Entry {
	text, some := rapid.StringN(0, 20, -1), rapid.StringN(1, 20, -1)
	e := stream.Entry{
		ID: some.Draw(t, "id"), Sequence: rapid.Int64().Draw(t, "sequence"), Type: some.Draw(t, "type"),
		Action: some.Draw(t, "action"), Subject: some.Draw(t, "subject"), Seller: text.Draw(t, "seller"),
		Actor: text.Draw(t, "actor"), Traceparent: text.Draw(t, "traceparent"),
		At: time.Unix(rapid.Int64Range(-1e9, 1e10).Draw(t, "s"), rapid.Int64Range(0, 1e9-1).Draw(t, "ns")).UTC(),
	}
	if changed := rapid.SliceOf(rapid.StringMatching(`[_A-Za-z][_0-9A-Za-z]{0,9}`)).Draw(t, "changed"); len(changed) > 0 {
		e.Changed = changed
	}
	return e
}

func TestEntrySurvivesTheStream(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := entries(t)
		got, err := stream.ParseEntry(fieldMap(want.Fields()))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	})
}

func FuzzParseEntry(f *testing.F) {
	f.Add("id", "1", "type", "action", "subject", "2026-02-03T04:05:06Z", "a,b")
	f.Add("", "", "", "", "", "", "")
	f.Add("id", "-0", "t", "a", "s", "2026-02-03T04:05:06.123456789+14:00", ",")
	f.Fuzz(func(t *testing.T, id, sequence, kind, action, subject, at, changed string) {
		fields := map[string]string{
			"id": id, "sequence": sequence, "type": kind, "action": action, "subject": subject, "at": at, "changed": changed,
		}
		before := maps.Clone(fields)
		e, err := stream.ParseEntry(fields)
		if !maps.Equal(fields, before) {
			t.Fatal("the fields were changed")
		}
		if err != nil {
			var decode *stream.DecodeError
			if !errors.As(err, &decode) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		again, err := stream.ParseEntry(fieldMap(e.Fields()))
		if diff := cmp.Diff(e, again); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	})
}
