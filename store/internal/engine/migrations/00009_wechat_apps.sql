-- Programs from before this migration can use the tables.
-- The WeChat app of an application. Its secret is sealed with a key that is not in the
-- database.

-- +goose Up

CREATE TABLE wechat_apps (
    application_id TEXT   NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    kind           TEXT   NOT NULL,
    app_id         TEXT   NOT NULL,
    secret_sealed  TEXT   NOT NULL,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    CONSTRAINT wechat_apps_application_id PRIMARY KEY (application_id)
);
