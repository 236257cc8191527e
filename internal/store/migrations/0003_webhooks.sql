-- +goose Up

CREATE TABLE webhooks (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    deleted_at TIMESTAMP,
    allow_skip BOOLEAN NOT NULL,
    concurrent_send_limit BIGINT NOT NULL,
    document_cost BIGINT NOT NULL,
    consecutive_failures BIGINT NOT NULL,
    failing_since TIMESTAMP,
    deprecated_fields {{text}},
    event_names {{text}},
    identifier {{text}},
    max_retries BIGINT NOT NULL,
    name {{text}},
    query_string {{text}},
    required_scopes {{text}},
    sealed {{bytes}},
    seller_id BIGINT NOT NULL,
    state {{text}} NOT NULL,
    state_reason {{text}},
    state_since TIMESTAMP NOT NULL,
    timeout_seconds BIGINT NOT NULL,
    type {{text}} NOT NULL,
    url {{text}} NOT NULL
);
CREATE UNIQUE INDEX webhooks_seller_id_identifier_unique ON webhooks (seller_id, identifier) WHERE identifier IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX webhooks_seller_id ON webhooks (seller_id);

-- The outbox: the relay gives each committed change the next sequence, then publishes it.
CREATE TABLE changes (
    id {{pk}},
    sequence BIGINT UNIQUE,
    subject_type {{text}} NOT NULL,
    subject_num BIGINT NOT NULL,
    action {{text}} NOT NULL,
    sellers {{text}},
    shared BOOLEAN NOT NULL,
    changed {{text}},
    actor {{text}} NOT NULL,
    at TIMESTAMP NOT NULL,
    traceparent {{text}} NOT NULL,
    published_at TIMESTAMP
);
CREATE INDEX changes_unsequenced ON changes (id) WHERE sequence IS NULL;
CREATE INDEX changes_unpublished ON changes (sequence) WHERE published_at IS NULL;
CREATE INDEX changes_subject_type_subject_num ON changes (subject_type, subject_num);

-- Events, payloads and responses have no references: they are many, written in
-- batches, and removed by age.
CREATE TABLE webhook_events (
    id {{given pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    action {{text}} NOT NULL,
    attempts BIGINT NOT NULL,
    change_id BIGINT NOT NULL,
    error_message {{text}},
    next_attempt_at TIMESTAMP,
    payload_id BIGINT NOT NULL,
    processed_at TIMESTAMP,
    reason {{text}} NOT NULL,
    seller_id BIGINT NOT NULL,
    status {{text}} NOT NULL,
    subject_type {{text}} NOT NULL,
    subject_num BIGINT NOT NULL,
    traceparent {{text}} NOT NULL,
    webhook_id BIGINT NOT NULL
);
CREATE UNIQUE INDEX webhook_events_change_id_webhook_id_unique ON webhook_events (change_id, webhook_id);
CREATE INDEX webhook_events_webhook_id_id ON webhook_events (webhook_id, id);
CREATE INDEX webhook_events_subject_type_subject_num ON webhook_events (subject_type, subject_num);
CREATE INDEX webhook_events_payload_id ON webhook_events (payload_id);
CREATE INDEX webhook_events_processed ON webhook_events (processed_at) WHERE processed_at IS NOT NULL;
CREATE INDEX webhook_events_due ON webhook_events (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

CREATE TABLE event_payloads (
    id {{given pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    body {{bytes}}
);

CREATE TABLE webhook_event_responses (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    attempt_no BIGINT NOT NULL,
    body {{text}},
    duration_ms BIGINT NOT NULL,
    error {{text}},
    event_id BIGINT NOT NULL,
    headers {{text}},
    seller_id BIGINT NOT NULL,
    status BIGINT NOT NULL
);
CREATE UNIQUE INDEX webhook_event_responses_event_id_attempt_no_unique ON webhook_event_responses (event_id, attempt_no);

-- Numbers that are given out without gaps, in the transaction that uses them.
CREATE TABLE counters (
    name {{text}} PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('change', 0), ('event', 0);
