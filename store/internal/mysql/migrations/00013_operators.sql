-- Programs from before this migration can use the tables.
-- Versions of what operators change, so that no change is lost under another; roles whose
-- holders administer their organisation; and what was done for idempotency keys. Results are
-- sealed with a key that is not in the database.
-- A migration that was interrupted runs again, and MySQL has no ADD COLUMN IF NOT EXISTS.

-- +goose Up

SET @add = IF(EXISTS (SELECT 1 FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = 'organisations' AND column_name = 'version'),
    'SELECT 0', 'ALTER TABLE organisations ADD COLUMN version BIGINT NOT NULL DEFAULT 0');
PREPARE add_column FROM @add;
EXECUTE add_column;
DEALLOCATE PREPARE add_column;
SET @add = IF(EXISTS (SELECT 1 FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = 'roles' AND column_name = 'version'),
    'SELECT 0', 'ALTER TABLE roles ADD COLUMN version BIGINT NOT NULL DEFAULT 0');
PREPARE add_column FROM @add;
EXECUTE add_column;
DEALLOCATE PREPARE add_column;
SET @add = IF(EXISTS (SELECT 1 FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = 'roles' AND column_name = 'administers'),
    'SELECT 0', 'ALTER TABLE roles ADD COLUMN administers BOOLEAN NOT NULL DEFAULT FALSE');
PREPARE add_column FROM @add;
EXECUTE add_column;
DEALLOCATE PREPARE add_column;
SET @add = IF(EXISTS (SELECT 1 FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = 'applications' AND column_name = 'version'),
    'SELECT 0', 'ALTER TABLE applications ADD COLUMN version BIGINT NOT NULL DEFAULT 0');
PREPARE add_column FROM @add;
EXECUTE add_column;
DEALLOCATE PREPARE add_column;

CREATE TABLE IF NOT EXISTS idempotency_keys (
    key_hash      VARBINARY(64) NOT NULL,
    request_hash  VARBINARY(64) NOT NULL,
    result_sealed TEXT          NOT NULL,
    created_at    BIGINT        NOT NULL,
    PRIMARY KEY (key_hash),
    KEY idempotency_keys_created_at (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
