-- Programs from before this migration can use the tables.
-- Any page of the users with a role and of disabled users is found without reading the
-- pages before it. The members of an organisation have an index already.
-- A migration that was interrupted runs again, and MySQL has no CREATE INDEX IF NOT EXISTS.

-- +goose Up

SET @add = IF(EXISTS (SELECT 1 FROM information_schema.statistics
        WHERE table_schema = DATABASE() AND table_name = 'users' AND index_name = 'users_role'),
    'SELECT 0', 'ALTER TABLE users ADD INDEX users_role (role), ADD INDEX users_disabled (disabled_at)');
PREPARE add_indexes FROM @add;
EXECUTE add_indexes;
DEALLOCATE PREPARE add_indexes;
