package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crier/internal/market"
	"crier/internal/store"
)

// everyKind stores one entity of each kind with all fields set, and one with
// every field that can be null, null. All refer to the entities of their own
// number, which also shows that references may come before what they refer to.
func everyKind(t *testing.T, s *store.Store) {
	full, bare := everything(1, 1, false), everything(2, 2, true)
	insert(t, s, append(full, bare...)...)
	compare(t, s, full)
	compare(t, s, bare)
}

// updateAndDelete changes every field of each kind, then removes the row, and
// looks at another row besides.
func updateAndDelete(t *testing.T, s *store.Store) {
	others := everything(2, 2, false)
	insert(t, s, append(everything(1, 1, true), others...)...)
	changed := everything(1, 3, false)
	update(t, s, changed...)
	compare(t, s, changed)
	compare(t, s, others)

	remove := func(tx market.Tx) error {
		for _, e := range changed {
			if err := tx.Delete(t.Context(), e); err != nil {
				return err
			}
		}
		return nil
	}
	if err := s.Run(t.Context(), remove); err != nil {
		t.Fatal(err)
	}
	compare(t, s, others)
	for _, e := range changed {
		if rows := load(t, s, e.Ref()); rows.Len() != 0 {
			t.Errorf("%s is still there", e.Ref())
		}
		err := s.Run(t.Context(), func(tx market.Tx) error { return tx.Update(t.Context(), e) })
		if !errors.Is(err, market.ErrNotFound) {
			t.Errorf("update of %s, which is gone: %v", e.Ref(), err)
		}
	}
	if err := s.Run(t.Context(), remove); !errors.Is(err, market.ErrNotFound) {
		t.Errorf("deletion of what is gone: %v", err)
	}
}

// moments looks at the form in which times come back.
func moments(t *testing.T, s *store.Store) {
	east := time.FixedZone("east", 5*3600)
	at := time.Date(2031, 1, 2, 3, 4, 5, 678901999, east)
	i := picture(1, 1)
	i.CreatedAt, i.UpdatedAt = at, at.Add(time.Microsecond)
	insert(t, s, i)
	for _, where := range [][]market.Cond{
		{market.Eq("created_at", at)},
		{market.Gte("created_at", at)},
		{market.Lte("created_at", at.UTC())},
		{market.Gt("updated_at", at)},
	} {
		rows := find[market.Image](t, as(t, 0), s, market.Query{Where: where})
		if len(rows) != 1 {
			t.Fatalf("%v finds %d rows", where, len(rows))
		}
		if got, want := rows[0].CreatedAt.Format(time.RFC3339Nano), "2031-01-01T22:04:05.678901Z"; got != want {
			t.Errorf("created_at is %s, want %s", got, want)
		}
	}
}

// everything returns an entity of each kind with the number num, filled with
// values that differ by variant; references lead to the entities of that number.
func everything(num, variant int64, nulls bool) []market.Entity {
	var all []market.Entity
	for _, kind := range market.Kinds() {
		e := kind.New()
		f := filler{num: num, variant: variant, nulls: nulls}
		f.fill("", reflect.ValueOf(e).Elem())
		all = append(all, e)
	}
	return all
}

// compare loads entities again and reports where they differ.
func compare(t *testing.T, s *store.Store, stored []market.Entity) {
	t.Helper()
	for _, want := range stored {
		rows := load(t, s, want.Ref())
		if rows.Len() != 1 {
			t.Errorf("%s: %d rows", want.Ref(), rows.Len())
			continue
		}
		if diff := cmp.Diff(want, rows.Index(0).Interface()); diff != "" {
			t.Errorf("%s (-stored +loaded):\n%s", want.Ref(), diff)
		}
	}
}

// load returns the rows of a number, at most one, as a slice.
func load(t *testing.T, s *store.Store, ref market.Ref) reflect.Value {
	t.Helper()
	return loadAs(t, s, ref, 0)
}

func loadAs(t *testing.T, s *store.Store, ref market.Ref, seller int64) reflect.Value {
	t.Helper()
	kind, _ := market.KindOf(ref.Type)
	list := kind.NewList()
	q := market.Query{Where: []market.Cond{market.Eq("id", ref.Num)}, Deleted: true}
	if _, err := s.Select(as(t, seller), list, q); err != nil {
		t.Fatal(err)
	}
	return reflect.ValueOf(list).Elem()
}

// filler sets the fields of entities.
type filler struct {
	num, variant int64
	nulls        bool
}

func (f filler) fill(name string, v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(noon.Add(time.Duration(f.variant) * time.Microsecond)))
		return
	case json.RawMessage:
		v.Set(reflect.ValueOf(json.RawMessage(fmt.Sprintf(`{"b": [%d],"a":1}`, f.variant))))
		return
	}
	switch v.Kind() {
	case reflect.Int64:
		v.SetInt(f.number(name))
	case reflect.Float64:
		v.SetFloat(float64(f.variant) + 0.1)
	case reflect.Bool:
		v.SetBool(!f.nulls)
	case reflect.Uint8:
		v.SetUint(uint64(250 + f.variant))
	case reflect.String:
		v.SetString(fmt.Sprintf("%s '%%_\\\"?$1\n 漢é %d", name, f.variant))
	default:
		f.fillMany(name, v)
	}
}

// number is the entity's own for its number and its references.
func (f filler) number(name string) int64 {
	if name == "Num" || strings.HasSuffix(name, "ID") {
		return f.num
	}
	return f.variant
}

func (f filler) fillMany(name string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; name != "Sealed" {
				f.fill(name, v.Field(i))
			}
		}
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if !f.nulls {
			f.fillNullable(name, v)
		}
	default:
		panic("no value for " + name)
	}
}

func (f filler) fillNullable(name string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(name, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		f.fill(name, v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("X-Key"), reflect.ValueOf(fmt.Sprint("value ", f.variant)))
	}
}
