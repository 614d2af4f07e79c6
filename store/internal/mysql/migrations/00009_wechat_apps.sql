-- The WeChat app of an application. Its secret is sealed with a key that is not in the
-- database.

-- +goose Up

CREATE TABLE IF NOT EXISTS wechat_apps (
    application_id VARBINARY(256) NOT NULL,
    kind           VARBINARY(64)  NOT NULL,
    app_id         VARBINARY(255) NOT NULL,
    secret_sealed  TEXT           NOT NULL,
    created_at     BIGINT         NOT NULL,
    updated_at     BIGINT         NOT NULL,
    PRIMARY KEY (application_id),
    CONSTRAINT wechat_apps_application FOREIGN KEY (application_id) REFERENCES applications (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
