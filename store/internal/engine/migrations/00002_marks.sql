-- What the database says of itself: whose keys seal it, what it is for.

-- +goose Up

CREATE TABLE marks (
    name  TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT marks_name PRIMARY KEY (name)
);
