-- The secrets by which applications prove themselves, as SHA-256 hashes.

-- +goose Up

CREATE TABLE IF NOT EXISTS application_secrets (
    id             BIGINT         NOT NULL,
    application_id VARBINARY(256) NOT NULL,
    secret_hash    VARBINARY(64)  NOT NULL,
    created_at     BIGINT         NOT NULL,
    last_used_at   BIGINT,
    revoked_at     BIGINT,
    PRIMARY KEY (id),
    KEY application_secrets_application_id (application_id),
    CONSTRAINT application_secrets_application FOREIGN KEY (application_id) REFERENCES applications (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
