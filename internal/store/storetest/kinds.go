package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
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
	for num, nulls := range map[int64]bool{1: false, 2: true} {
		var stored []market.Entity
		for _, kind := range market.Kinds() {
			e := kind.New()
			fill(reflect.ValueOf(e).Elem(), num, nulls)
			stored = append(stored, e)
		}
		insert(t, s, stored...)
		for _, want := range stored {
			if diff := cmp.Diff(want, load(t, s, want)); diff != "" {
				t.Errorf("%s (-stored +loaded):\n%s", want.Ref(), diff)
			}
		}
	}
}

// updateAndDelete changes every field of each kind, then removes the rows.
func updateAndDelete(t *testing.T, s *store.Store) {
	var before, after []market.Entity
	for _, kind := range market.Kinds() {
		e, changed, other := kind.New(), kind.New(), kind.New()
		fill(reflect.ValueOf(e).Elem(), 1, true)
		fill(reflect.ValueOf(changed).Elem(), 2, false)
		fill(reflect.ValueOf(other).Elem(), 3, false)
		reflect.ValueOf(changed).Elem().FieldByName("Num").SetInt(1)
		before, after = append(before, e, other), append(after, changed)
	}
	insert(t, s, before...)
	// References now lead to the entities of number 2, which therefore have to exist.
	for _, kind := range market.Kinds() {
		e := kind.New()
		fill(reflect.ValueOf(e).Elem(), 4, false)
		reflect.ValueOf(e).Elem().FieldByName("Num").SetInt(2)
		before = append(before[:0], e)
	}
	checkUpdates(t, s, after)
}
