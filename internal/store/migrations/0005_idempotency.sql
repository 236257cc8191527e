-- +goose Up

-- The idempotency keys in use. The row is there before its request runs; the
-- transactions of the request mark it, and its answer ends it.
CREATE TABLE idempotency_keys (
    id {{pk}},
    owner {{text}} NOT NULL,
    key {{text}} NOT NULL,
    fingerprint {{text}} NOT NULL,
    lease_until TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    committed BOOLEAN NOT NULL,
    answer {{bytes}}
);
CREATE UNIQUE INDEX idempotency_keys_owner_key_unique ON idempotency_keys (owner, key);
CREATE INDEX idempotency_keys_expires_at ON idempotency_keys (expires_at);
