-- +goose Up

-- An older process registers without a rate, which is unlimited.
ALTER TABLE webhooks ADD COLUMN rate_per_second BIGINT NOT NULL DEFAULT 0;
