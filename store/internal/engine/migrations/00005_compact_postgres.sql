-- Nothing to do: only SQLite stores keys twice, and storing texts as bytes would break
-- servers of the previous version, which run beside the new ones during an upgrade.

-- +goose Up
