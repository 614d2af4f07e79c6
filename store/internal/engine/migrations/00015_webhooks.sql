-- Programs from before this migration can use the tables.
-- What they do is not sent to webhooks, so these are added when the last of them has gone.

-- Webhooks, and what is sent to them. A row of webhook_deliveries is added in the
-- transaction of its audit event. It has no foreign keys, so that a webhook that is deleted
-- meanwhile fails no transaction. due_at is when it is tried next, and while it is tried
-- until when nobody else tries it; it is NULL when it is finished.

-- +goose Up

CREATE TABLE webhooks (
    id                BIGINT NOT NULL,
    url               TEXT   NOT NULL,
    description       TEXT   NOT NULL,
    kinds             TEXT   NOT NULL,
    secret_sealed     TEXT   NOT NULL,
    old_secret_sealed TEXT,
    old_secret_until  BIGINT,
    version           BIGINT NOT NULL,
    created_at        BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL,
    disabled_at       BIGINT,
    CONSTRAINT webhooks_id PRIMARY KEY (id)
);

CREATE TABLE webhook_deliveries (
    event_id    BIGINT  NOT NULL,
    webhook_id  BIGINT  NOT NULL,
    state       TEXT    NOT NULL,
    attempts    INTEGER NOT NULL,
    queued_at   BIGINT  NOT NULL,
    due_at      BIGINT,
    tried_at    BIGINT,
    status      INTEGER,
    error       TEXT    NOT NULL,
    answer      TEXT    NOT NULL,
    finished_at BIGINT,
    CONSTRAINT webhook_deliveries_key PRIMARY KEY (event_id, webhook_id)
);
CREATE INDEX webhook_deliveries_due_at ON webhook_deliveries (webhook_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_webhook_id ON webhook_deliveries (webhook_id, event_id);
CREATE INDEX webhook_deliveries_state ON webhook_deliveries (state, event_id, webhook_id);
CREATE INDEX webhook_deliveries_finished_at ON webhook_deliveries (finished_at) WHERE finished_at IS NOT NULL;
