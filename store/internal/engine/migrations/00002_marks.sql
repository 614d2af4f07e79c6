-- Metadata of the database: the keys that it was used with, and its purpose.

-- +goose Up

CREATE TABLE marks (
    name  TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT marks_name PRIMARY KEY (name)
);
