-- When a user who closes their account is erased, and keyed digests of the ids that
-- erased users had in other systems, so that no import brings them back.

-- +goose Up

ALTER TABLE users ADD COLUMN closing_at BIGINT;
CREATE INDEX users_closing_at ON users (closing_at) WHERE closing_at IS NOT NULL;
CREATE TABLE closed_identities (
    digest    TEXT   NOT NULL,
    closed_at BIGINT NOT NULL,
    CONSTRAINT closed_identities_digest PRIMARY KEY (digest)
);
