-- When an access token that replaced another was first used: the answer with it has
-- arrived then, so the token before it is no longer good for a refresh.

-- +goose Up

ALTER TABLE sessions ADD COLUMN access_used_at BIGINT;
UPDATE sessions SET access_used_at = last_seen_at WHERE last_seen_at > rotated_at;
