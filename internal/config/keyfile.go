package config

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// keySize is the length of the secret key in bytes.
const keySize = 32

// KeyFile reads the secret key of an embedded database from a file, and makes
// the file, for this user alone, where there is none.
func KeyFile(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return newKeyFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the secret key: %w", err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != keySize {
		return nil, fmt.Errorf("the secret key in %s is damaged: it must be %d bytes in base64", path, keySize)
	}
	return key, nil
}

// newKeyFile writes a new key. Of two processes that start at once, one makes
// the file and the other reads it.
func newKeyFile(path string) ([]byte, error) {
	key := make([]byte, keySize)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("make a secret key: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make a secret key: %w", err)
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), "secret-*")
	if err != nil {
		return nil, fmt.Errorf("make a secret key: %w", err)
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	if err = errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return nil, fmt.Errorf("make a secret key: %w", err)
	}
	if err := os.Link(temporary.Name(), path); errors.Is(err, fs.ErrExist) {
		return KeyFile(path)
	} else if err != nil {
		return nil, fmt.Errorf("make a secret key: %w", err)
	}
	return key, nil
}
