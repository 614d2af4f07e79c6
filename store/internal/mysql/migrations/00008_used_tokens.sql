-- When an access token that replaced another was first used: the answer with it has
-- arrived then, so the token before it is no longer good for a refresh.
-- A migration that was interrupted runs again, and MySQL has no ADD COLUMN IF NOT EXISTS.

-- +goose Up

SET @add = IF(EXISTS (SELECT 1 FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = 'sessions' AND column_name = 'access_used_at'),
    'SELECT 0', 'ALTER TABLE sessions ADD COLUMN access_used_at BIGINT');
PREPARE add_column FROM @add;
EXECUTE add_column;
DEALLOCATE PREPARE add_column;
UPDATE sessions SET access_used_at = last_seen_at WHERE last_seen_at > rotated_at;
