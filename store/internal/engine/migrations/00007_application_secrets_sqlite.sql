-- The secrets by which applications prove themselves, as SHA-256 hashes.

-- +goose Up

CREATE TABLE application_secrets (
    id             INTEGER NOT NULL,
    application_id TEXT    NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    secret_hash    BLOB    NOT NULL,
    created_at     BIGINT  NOT NULL,
    last_used_at   BIGINT,
    revoked_at     BIGINT,
    CONSTRAINT application_secrets_id PRIMARY KEY (id)
);
CREATE INDEX application_secrets_application_id ON application_secrets (application_id);
