package store

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"reflect"

	"crier/internal/market"
)

// keySize is the length of the secret key, for AES-256.
const keySize = 32

// errUnsealed says that stored secrets were encrypted with another key, or changed.
var errUnsealed = errors.New("its secrets cannot be decrypted with this secret key")

// newCipher returns AES-256-GCM with random nonces, which come before the text.
func newCipher(key []byte) (cipher.AEAD, error) {
	if len(key) != keySize {
		return nil, fmt.Errorf("the secret key has %d bytes, want %d", len(key), keySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// sealSecrets encrypts an entity's secrets before it is written. The kind is
// authenticated with them, so that the secrets of one kind are none of another.
func (s *Store) sealSecrets(t *table, e market.Entity) error {
	if !t.sealed {
		return nil
	}
	err := e.(market.Sealer).Seal(func(plain []byte) []byte {
		return s.seal.Seal(nil, nil, plain, []byte(t.kind.Name))
	})
	if err != nil {
		return fmt.Errorf("encrypt the secrets of %s: %w", e.Ref(), err)
	}
	return nil
}

// unsealSecrets decrypts the secrets of a list's rows.
func (s *Store) unsealSecrets(t *table, list reflect.Value) error {
	if !t.sealed {
		return nil
	}
	for i := range list.Len() {
		e := list.Index(i).Interface().(market.Entity)
		err := e.(market.Sealer).Unseal(func(sealed []byte) ([]byte, error) {
			plain, err := s.seal.Open(nil, nil, sealed, []byte(t.kind.Name))
			if err != nil {
				return nil, errUnsealed
			}
			return plain, nil
		})
		if err != nil {
			return fmt.Errorf("decrypt the secrets of %s: %w", e.Ref(), err)
		}
	}
	return nil
}
