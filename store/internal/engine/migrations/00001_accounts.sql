-- One text for every engine: TEXT, BIGINT, INTEGER and BOOLEAN columns, no
-- sequence, no stored procedure. Every moment is in milliseconds since the
-- Unix epoch, and every id comes from the program.

-- +goose Up

CREATE TABLE users (
    id                  BIGINT  NOT NULL,
    guid                TEXT    NOT NULL,
    username            TEXT,
    username_key        TEXT,
    email               TEXT,
    email_key           TEXT,
    email_verified_at   BIGINT,
    mobile_sealed       TEXT,
    mobile_index        TEXT,
    mobile_verified_at  BIGINT,
    password_hash       TEXT,
    password_changed_at BIGINT,
    role                TEXT    NOT NULL,
    disabled_at         BIGINT,
    nickname            TEXT    NOT NULL,
    real_name           TEXT    NOT NULL,
    identity            TEXT    NOT NULL,
    anonym              TEXT    NOT NULL,
    gender              INTEGER NOT NULL,
    signature           TEXT    NOT NULL,
    birthday            TEXT,
    company             TEXT    NOT NULL,
    occupation          TEXT    NOT NULL,
    address             TEXT    NOT NULL,
    zipcode             TEXT    NOT NULL,
    site                TEXT    NOT NULL,
    graduate_school     TEXT    NOT NULL,
    education           TEXT    NOT NULL,
    avatar              TEXT    NOT NULL,
    id_card_type        TEXT    NOT NULL,
    id_card_sealed      TEXT,
    remark              TEXT    NOT NULL,
    country             TEXT    NOT NULL,
    province            TEXT    NOT NULL,
    city                TEXT    NOT NULL,
    create_source       TEXT    NOT NULL,
    company_type        BIGINT,
    auth_status         INTEGER NOT NULL,
    authentication_id   BIGINT,
    auth_user_type      BIGINT,
    alumni_card         BOOLEAN NOT NULL,
    security_stamp      TEXT    NOT NULL,
    version             BIGINT  NOT NULL,
    created_at          BIGINT  NOT NULL,
    created_by          BIGINT,
    updated_at          BIGINT  NOT NULL,
    updated_by          BIGINT,
    activated_at        BIGINT,
    last_login_at       BIGINT,
    CONSTRAINT users_id PRIMARY KEY (id)
);
CREATE UNIQUE INDEX users_guid ON users (guid);
CREATE UNIQUE INDEX users_username_key ON users (username_key);
CREATE UNIQUE INDEX users_email_key ON users (email_key);
CREATE UNIQUE INDEX users_verified_mobile ON users (mobile_index) WHERE mobile_verified_at IS NOT NULL;

-- The ids that users had in the systems they were imported from.
CREATE TABLE user_aliases (
    source  TEXT   NOT NULL,
    alias   TEXT   NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT user_aliases_source_alias PRIMARY KEY (source, alias)
);
CREATE INDEX user_aliases_alias ON user_aliases (alias);

CREATE TABLE wechat_identities (
    app_id     TEXT    NOT NULL,
    open_id    TEXT    NOT NULL,
    union_id   TEXT,
    user_id    BIGINT  NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    follows    BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL,
    CONSTRAINT wechat_identities_open_id PRIMARY KEY (app_id, open_id)
);
CREATE INDEX wechat_identities_user_id ON wechat_identities (user_id, created_at);

-- The user of a union id: this row makes two identities one user.
CREATE TABLE wechat_unions (
    union_id TEXT   NOT NULL,
    user_id  BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT wechat_unions_union_id PRIMARY KEY (union_id)
);

-- The newest code of each purpose and mobile. Without a user, because a code can be
-- sent to an unknown mobile.
CREATE TABLE one_time_codes (
    purpose      TEXT    NOT NULL,
    mobile_index TEXT    NOT NULL,
    code_mac     TEXT    NOT NULL,
    active       BOOLEAN NOT NULL,
    attempts     BIGINT  NOT NULL,
    created_at   BIGINT  NOT NULL,
    expires_at   BIGINT  NOT NULL,
    used_at      BIGINT,
    CONSTRAINT one_time_codes_key PRIMARY KEY (purpose, mobile_index)
);
CREATE INDEX one_time_codes_expires_at ON one_time_codes (expires_at);

CREATE TABLE rate_counters (
    key          TEXT   NOT NULL,
    window_start BIGINT NOT NULL,
    count        BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    CONSTRAINT rate_counters_key PRIMARY KEY (key)
);
CREATE INDEX rate_counters_expires_at ON rate_counters (expires_at);

CREATE TABLE sessions (
    id                   BIGINT NOT NULL,
    user_id              BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    style                TEXT   NOT NULL,
    opened_by            TEXT   NOT NULL,
    application_id       TEXT,
    company_type         BIGINT,
    product_type         BIGINT,
    exclusive_class      TEXT,
    source               TEXT   NOT NULL,
    device_number        TEXT,
    front_type           BIGINT,
    address              TEXT   NOT NULL,
    user_agent           TEXT   NOT NULL,
    generation           BIGINT NOT NULL,
    access_hash          TEXT,
    previous_access_hash TEXT,
    rotated_at           BIGINT,
    access_expires_at    BIGINT NOT NULL,
    refresh_hash         TEXT,
    expires_at           BIGINT NOT NULL,
    created_at           BIGINT NOT NULL,
    last_seen_at         BIGINT NOT NULL,
    ended_at             BIGINT,
    end_reason           TEXT,
    CONSTRAINT sessions_id PRIMARY KEY (id)
);
CREATE UNIQUE INDEX sessions_access_hash ON sessions (access_hash) WHERE access_hash IS NOT NULL;
CREATE UNIQUE INDEX sessions_refresh_hash ON sessions (refresh_hash) WHERE refresh_hash IS NOT NULL;
CREATE UNIQUE INDEX sessions_exclusive ON sessions (user_id, exclusive_class)
    WHERE ended_at IS NULL AND exclusive_class IS NOT NULL;
CREATE INDEX sessions_previous_access_hash ON sessions (previous_access_hash) WHERE previous_access_hash IS NOT NULL;
CREATE INDEX sessions_user_id ON sessions (user_id, created_at);
CREATE INDEX sessions_ended_at ON sessions (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX sessions_expires_at ON sessions (expires_at);

CREATE TABLE organisations (
    id          BIGINT NOT NULL,
    code        TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT,
    CONSTRAINT organisations_id PRIMARY KEY (id)
);
CREATE UNIQUE INDEX organisations_code ON organisations (code);

CREATE TABLE roles (
    id          BIGINT NOT NULL,
    code        TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT,
    CONSTRAINT roles_id PRIMARY KEY (id)
);
CREATE UNIQUE INDEX roles_code ON roles (code);

CREATE TABLE memberships (
    user_id         BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    organisation_id BIGINT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    created_at      BIGINT NOT NULL,
    CONSTRAINT memberships_key PRIMARY KEY (user_id, organisation_id)
);

CREATE TABLE membership_roles (
    user_id         BIGINT NOT NULL,
    organisation_id BIGINT NOT NULL,
    role_id         BIGINT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    created_at      BIGINT NOT NULL,
    CONSTRAINT membership_roles_key PRIMARY KEY (user_id, organisation_id, role_id),
    FOREIGN KEY (user_id, organisation_id) REFERENCES memberships (user_id, organisation_id) ON DELETE CASCADE
);

CREATE TABLE applications (
    id          TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    rights      TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT,
    CONSTRAINT applications_id PRIMARY KEY (id)
);

CREATE TABLE application_organisations (
    application_id  TEXT   NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    organisation_id BIGINT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    CONSTRAINT application_organisations_key PRIMARY KEY (application_id, organisation_id)
);
