-- +goose Up

-- The kinds of change that a document asks for, where it is a subscription.
ALTER TABLE webhooks ADD COLUMN document_events {{text}};

-- The place of an event's change, which outlives the change. Events of before are of
-- documents that do not show it.
ALTER TABLE webhook_events ADD COLUMN change_sequence BIGINT NOT NULL DEFAULT 0;

-- The last place of a change that is no longer kept.
INSERT INTO counters (name, value)
SELECT 'purged', COALESCE((SELECT MIN(sequence) - 1 FROM changes), (SELECT value FROM counters WHERE name = 'change'));
