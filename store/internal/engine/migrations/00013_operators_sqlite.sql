-- Programs from before this migration can use the tables.
-- Versions of what operators change, so that no change is lost under another; roles whose
-- holders administer their organisation; and what was done for idempotency keys. Results are
-- sealed with a key that is not in the database.

-- +goose Up

ALTER TABLE organisations ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE roles ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE roles ADD COLUMN administers BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE applications ADD COLUMN version BIGINT NOT NULL DEFAULT 0;

CREATE TABLE idempotency_keys (
    key_hash      BLOB NOT NULL,
    request_hash  BLOB NOT NULL,
    result_sealed TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    CONSTRAINT idempotency_keys_key_hash PRIMARY KEY (key_hash)
) WITHOUT ROWID;
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);
