-- Audit events. They have no foreign keys, because an event outlives its subject.
-- detail is a JSON object.

-- +goose Up

CREATE TABLE audit_events (
    id         BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    actor_id   BIGINT,
    subject_id BIGINT,
    session_id BIGINT,
    style      TEXT   NOT NULL,
    address    TEXT   NOT NULL,
    detail     TEXT   NOT NULL,
    CONSTRAINT audit_events_id PRIMARY KEY (id)
);
CREATE INDEX audit_events_at ON audit_events (at);
CREATE INDEX audit_events_kind ON audit_events (kind, id);
CREATE INDEX audit_events_subject_id ON audit_events (subject_id, id);
