-- Programs from before this migration can use the tables.
-- What they do is not sent to webhooks, so these are added when the last of them has gone.

-- Webhooks, and what is sent to them. A row of webhook_deliveries is added in the
-- transaction of its audit event. It has no foreign keys, so that a webhook that is deleted
-- meanwhile fails no transaction. due_at is when it is tried next, and while it is tried
-- until when nobody else tries it; it is NULL when it is finished.

-- +goose NO TRANSACTION
-- +goose Up

CREATE TABLE IF NOT EXISTS webhooks (
    id                BIGINT         NOT NULL,
    url               TEXT           NOT NULL,
    description       TEXT           NOT NULL,
    kinds             TEXT           NOT NULL,
    secret_sealed     TEXT           NOT NULL,
    old_secret_sealed TEXT,
    old_secret_until  BIGINT,
    version           BIGINT         NOT NULL,
    created_at        BIGINT         NOT NULL,
    updated_at        BIGINT         NOT NULL,
    disabled_at       BIGINT,
    PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS webhook_deliveries (
    event_id    BIGINT        NOT NULL,
    webhook_id  BIGINT        NOT NULL,
    state       VARBINARY(16) NOT NULL,
    attempts    INTEGER       NOT NULL,
    queued_at   BIGINT        NOT NULL,
    due_at      BIGINT,
    tried_at    BIGINT,
    status      INTEGER,
    error       TEXT          NOT NULL,
    answer      TEXT          NOT NULL,
    finished_at BIGINT,
    PRIMARY KEY (event_id, webhook_id),
    KEY webhook_deliveries_due_at (webhook_id, due_at),
    KEY webhook_deliveries_webhook_id (webhook_id, event_id),
    KEY webhook_deliveries_state (state, event_id, webhook_id),
    KEY webhook_deliveries_finished_at (finished_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
