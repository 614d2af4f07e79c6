-- A one-time code belongs to the client IP that asked for it, by a keyed digest, '-' for
-- none: the code of another one does not replace it, and wrong guesses of others are
-- counted apart.

-- +goose Up

ALTER TABLE one_time_codes RENAME TO one_time_codes_19;
DROP INDEX one_time_codes_expires_at;
CREATE TABLE one_time_codes (
    purpose            TEXT    NOT NULL,
    mobile_index       TEXT    NOT NULL,
    asker              TEXT    NOT NULL DEFAULT '-',
    code_mac           TEXT    NOT NULL,
    active             BOOLEAN NOT NULL,
    attempts           BIGINT  NOT NULL,
    attempts_of_others BIGINT  NOT NULL DEFAULT 0,
    created_at         BIGINT  NOT NULL,
    expires_at         BIGINT  NOT NULL,
    used_at            BIGINT,
    CONSTRAINT one_time_codes_key PRIMARY KEY (purpose, mobile_index, asker)
);
INSERT INTO one_time_codes (purpose, mobile_index, code_mac, active, attempts, attempts_of_others, created_at, expires_at, used_at)
    SELECT purpose, mobile_index, code_mac, active, attempts, attempts, created_at, expires_at, used_at FROM one_time_codes_19;
DROP TABLE one_time_codes_19;
CREATE INDEX one_time_codes_expires_at ON one_time_codes (expires_at);
