-- +goose Up

-- Many events are due at the same moment, as where a webhook was resumed: with the
-- number, PostgreSQL finds the next of them in the index. SQLite's indexes hold the
-- number anyway.
{{postgres}}DROP INDEX webhook_events_due;
{{postgres}}CREATE INDEX webhook_events_due ON webhook_events (next_attempt_at, id) WHERE next_attempt_at IS NOT NULL;
