package document

import (
	"crypto/sha256"
	"encoding/hex"
)

const (
	// persistedBytes bounds the memory of documents that requests name by their hash.
	persistedBytes = 16 << 20
	// persistedOverhead is what a document takes there beside its text, so that
	// their number is bounded too.
	persistedOverhead = 512
)

// Hash is the name of a text in automatic persisted queries: its SHA-256 in hex.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Persist remembers an accepted text under its hash, as long as there is room.
func (d *Documents) Persist(hash, text string) {
	d.persisted.put(hash, text, len(text)+persistedOverhead)
}

// Persisted returns the text of a hash, and whether it is remembered.
func (d *Documents) Persisted(hash string) (text string, found bool) { return d.persisted.get(hash) }
