-- +goose Up

-- An older process registers webhooks without these, which get what it means.
ALTER TABLE webhooks ADD COLUMN is_asymmetric BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE webhooks ADD COLUMN coalesce_seconds BIGINT NOT NULL DEFAULT 0;
ALTER TABLE webhooks ADD COLUMN filter {{text}};
ALTER TABLE webhooks ADD COLUMN format {{text}} NOT NULL DEFAULT 'ENVELOPE';
ALTER TABLE webhooks ADD COLUMN granted_scopes {{text}};
ALTER TABLE webhooks ADD COLUMN key_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE webhooks ADD COLUMN ignore_own_changes BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE webhooks ADD COLUMN on_errors {{text}} NOT NULL DEFAULT 'DELIVER';
ALTER TABLE webhooks ADD COLUMN ordered BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE webhooks ADD COLUMN public_key {{text}};
-- Since when payloads went to the present URL; null: since ever.
ALTER TABLE webhooks ADD COLUMN url_since TIMESTAMP;
-- That the owner was told of the failures, and when the last one was.
ALTER TABLE webhooks ADD COLUMN failing_told BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE webhooks ADD COLUMN last_failure_at TIMESTAMP;
-- That it was enabled again after failures, or a 410, had it disabled, and has not answered since: one event tries it.
ALTER TABLE webhooks ADD COLUMN probing BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX webhooks_key_id ON webhooks (key_id) WHERE key_id <> 0;

-- Whose key made a change; null for none, and for what an older process wrote.
ALTER TABLE changes ADD COLUMN owner BIGINT;
-- A request for one event of one webhook, which is no change of the entity and is not published.
ALTER TABLE changes ADD COLUMN webhook_id BIGINT;
ALTER TABLE changes ADD COLUMN reason {{text}};
ALTER TABLE changes ADD COLUMN job_id BIGINT;
ALTER TABLE changes ADD COLUMN shown_at TIMESTAMP;
-- A request to send an event again, which makes no new one.
ALTER TABLE changes ADD COLUMN event_id BIGINT;

ALTER TABLE webhook_events ADD COLUMN job_id BIGINT NOT NULL DEFAULT 0;
-- An older process makes events that are sent as before.
ALTER TABLE webhook_events ADD COLUMN format {{text}} NOT NULL DEFAULT 'ENVELOPE';
ALTER TABLE webhook_events ADD COLUMN shown_at TIMESTAMP;
ALTER TABLE webhook_events ADD COLUMN resent_at TIMESTAMP;
ALTER TABLE webhook_events ADD COLUMN attempts_before BIGINT NOT NULL DEFAULT 0;
-- The fields that differ, where the webhook has a filter, of all the changes that the event stands for.
ALTER TABLE webhook_events ADD COLUMN changed {{text}};
-- What waits for, and what has come of, one entity at one webhook; and those that wait for an earlier one.
DROP INDEX webhook_events_subject_type_subject_num;
CREATE INDEX webhook_events_lane ON webhook_events (subject_type, subject_num, webhook_id, status, processed_at, id);
CREATE INDEX webhook_events_blocked ON webhook_events (id) WHERE status = 'Unsent' AND next_attempt_at IS NULL;
-- The health of a webhook.
CREATE INDEX webhook_events_webhook_id_status_processed_at ON webhook_events (webhook_id, status, processed_at);
CREATE INDEX webhook_events_job_id ON webhook_events (job_id, status) WHERE job_id <> 0;

CREATE TABLE webhook_jobs (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    kind {{text}} NOT NULL,
    state {{text}} NOT NULL,
    cursor BIGINT NOT NULL,
    made BOOLEAN NOT NULL,
    finished_at TIMESTAMP,
    mode {{text}} NOT NULL,
    statuses {{text}},
    rate_per_second BIGINT NOT NULL,
    since TIMESTAMP,
    until TIMESTAMP,
    seller_id BIGINT NOT NULL,
    traceparent {{text}} NOT NULL,
    type {{text}} NOT NULL,
    asked BIGINT NOT NULL,
    total BIGINT NOT NULL,
    done BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    webhook_id BIGINT NOT NULL
);
CREATE INDEX webhook_jobs_webhook_id_id ON webhook_jobs (webhook_id, id);
CREATE INDEX webhook_jobs_open ON webhook_jobs (id) WHERE finished_at IS NULL;

-- What processes remember between starts, such as the schema that documents were proven under.
CREATE TABLE settings (
    name {{text}} PRIMARY KEY,
    value {{text}} NOT NULL
);
