package store_test

import (
	"testing"

	"crier/internal/store"
	"crier/internal/store/storetest"
)

func TestQueue(t *testing.T) {
	t.Parallel()
	for name, empty := range migratedDatabases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Queue(t, func(t testing.TB) *store.Store { return open(t, empty(t)) })
		})
	}
}
