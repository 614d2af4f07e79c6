-- When a user who closes their account is erased, and keyed digests of the ids that
-- erased users had in other systems, so that no import brings them back.
-- A migration that was interrupted runs again, and MySQL has no ADD COLUMN IF NOT EXISTS.

-- +goose Up

SET @add = IF(EXISTS (SELECT 1 FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = 'users' AND column_name = 'closing_at'),
    'SELECT 0', 'ALTER TABLE users ADD COLUMN closing_at BIGINT, ADD INDEX users_closing_at (closing_at)');
PREPARE add_column FROM @add;
EXECUTE add_column;
DEALLOCATE PREPARE add_column;
CREATE TABLE IF NOT EXISTS closed_identities (
    digest    VARBINARY(64) NOT NULL,
    closed_at BIGINT        NOT NULL,
    PRIMARY KEY (digest)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
