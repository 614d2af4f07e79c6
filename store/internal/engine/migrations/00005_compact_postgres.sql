-- 00005_compact_sqlite.sql saves what only SQLite wastes. Here a key is never kept
-- twice, and texts that became bytes would lock out the servers of the version
-- before, which work on beside the new ones while they are replaced.

-- +goose Up
