package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"crier/internal/market"
)

// provenSchema is the setting with the schema that documents were proven under last.
const provenSchema = "proven schema"

// ProvenSchema returns the fingerprint of the schema under which every registered
// document was proven last, "" before the first time.
func (s *Store) ProvenSchema(ctx context.Context) (string, error) {
	text, args, err := s.builder().write(`SELECT "value" FROM "settings" WHERE "name" = `).bind(provenSchema).statement()
	if err != nil {
		return "", err
	}
	var fingerprint string
	err = s.read.DB.QueryRowContext(ctx, text, args...).Scan(&fingerprint)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read the setting %q: %w", provenSchema, err)
	}
	return fingerprint, nil
}

// SetProvenSchema notes the schema under which every registered document was proven.
func (s *Store) SetProvenSchema(ctx context.Context, fingerprint string) error {
	return s.Run(ctx, func(mtx market.Tx) error {
		b := s.builder().write(`INSERT INTO "settings" ("name", "value") VALUES (`).bind(provenSchema).write(", ").bind(fingerprint)
		return mtx.(*tx).exec(ctx, "note the proven schema", b.write(`) ON CONFLICT ("name") DO UPDATE SET "value" = excluded."value"`))
	})
}
