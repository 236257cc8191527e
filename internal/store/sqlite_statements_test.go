package store_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"crier/internal/store"
)

// TestStatementWhileItsRowsAreRead runs a statement again on the same
// connection before its rows are at their end.
func TestStatementWhileItsRowsAreRead(t *testing.T) {
	t.Parallel()
	db, err := store.OpenPool(filepath.Join(t.TempDir(), "crier.db"), 1, "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	const text = "SELECT value FROM json_each(?)"
	for range 2 { // the second time with a statement that was in use and is free again
		outer, err := tx.QueryContext(t.Context(), text, "[1,2]")
		if err != nil {
			t.Fatal(err)
		}
		seen := ""
		for outer.Next() {
			var a, b int
			if err := outer.Scan(&a); err != nil {
				t.Fatal(err)
			}
			if err := tx.QueryRowContext(t.Context(), text, "[7]").Scan(&b); err != nil {
				t.Fatal(err)
			}
			seen += fmt.Sprint(a, b, " ")
		}
		if err := outer.Close(); err != nil || seen != "1 7 2 7 " {
			t.Errorf("saw %q, %v", seen, err)
		}
	}
}

// TestManyStatements uses more texts than a connection keeps prepared.
func TestManyStatements(t *testing.T) {
	t.Parallel()
	db, err := store.OpenPool(filepath.Join(t.TempDir(), "crier.db"), 1, "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for i := range 3 * store.MaxStatements {
		i %= 2 * store.MaxStatements
		var got int
		if err := db.QueryRowContext(t.Context(), fmt.Sprintf("SELECT ? + %d", i), 1).Scan(&got); err != nil || got != i+1 {
			t.Fatalf("statement %d: %d, %v", i, got, err)
		}
	}
	if _, err := db.ExecContext(t.Context(), "SELECT nonsense FROM nowhere WHERE x = ?", 1); err == nil {
		t.Error("a statement that does not compile ran")
	}
}
