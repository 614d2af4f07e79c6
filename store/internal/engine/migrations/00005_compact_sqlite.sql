-- The same tables and columns in less space. An id of the type INTEGER is the rowid,
-- while BIGINT needs an index
-- (https://www.sqlite.org/lang_createtable.html#rowid). WITHOUT ROWID a table is its
-- key's index; where another index would then repeat a long key, it is left out.
-- Hashes and GUIDs are BLOBs of their bytes, and texts if they are not written as
-- the program writes them (Digest and GUID in binary.go). Users without user name or
-- e-mail are in no index of them; the constraint is the same, because NULLs are never equal.
--
-- The new tables are filled while the old ones are there. Those are dropped children first:
-- dropping a table that others refer to would delete the others' rows.

-- +goose Up

ALTER TABLE users RENAME TO users_4;
ALTER TABLE user_aliases RENAME TO user_aliases_4;
ALTER TABLE wechat_identities RENAME TO wechat_identities_4;
ALTER TABLE wechat_unions RENAME TO wechat_unions_4;
ALTER TABLE sessions RENAME TO sessions_4;
ALTER TABLE organisations RENAME TO organisations_4;
ALTER TABLE roles RENAME TO roles_4;
ALTER TABLE memberships RENAME TO memberships_4;
ALTER TABLE membership_roles RENAME TO membership_roles_4;
ALTER TABLE applications RENAME TO applications_4;
ALTER TABLE application_organisations RENAME TO application_organisations_4;
ALTER TABLE marks RENAME TO marks_4;
ALTER TABLE audit_events RENAME TO audit_events_4;

CREATE TABLE users (
    id                  INTEGER NOT NULL,
    guid                BLOB    NOT NULL,
    username            TEXT,
    username_key        TEXT,
    email               TEXT,
    email_key           TEXT,
    email_verified_at   BIGINT,
    mobile_sealed       TEXT,
    mobile_index        BLOB,
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

CREATE TABLE user_aliases (
    source  TEXT   NOT NULL,
    alias   TEXT   NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT user_aliases_source_alias PRIMARY KEY (source, alias)
) WITHOUT ROWID;

CREATE TABLE wechat_identities (
    app_id     TEXT    NOT NULL,
    open_id    TEXT    NOT NULL,
    union_id   TEXT,
    user_id    BIGINT  NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    follows    BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL,
    CONSTRAINT wechat_identities_open_id PRIMARY KEY (app_id, open_id)
);

CREATE TABLE wechat_unions (
    union_id TEXT   NOT NULL,
    user_id  BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT wechat_unions_union_id PRIMARY KEY (union_id)
) WITHOUT ROWID;

CREATE TABLE sessions (
    id                   INTEGER NOT NULL,
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
    access_hash          BLOB,
    previous_access_hash BLOB,
    rotated_at           BIGINT,
    access_expires_at    BIGINT NOT NULL,
    refresh_hash         BLOB,
    expires_at           BIGINT NOT NULL,
    created_at           BIGINT NOT NULL,
    last_seen_at         BIGINT NOT NULL,
    ended_at             BIGINT,
    end_reason           TEXT,
    CONSTRAINT sessions_id PRIMARY KEY (id)
);

CREATE TABLE organisations (
    id          INTEGER NOT NULL,
    code        TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT,
    CONSTRAINT organisations_id PRIMARY KEY (id)
);

CREATE TABLE roles (
    id          INTEGER NOT NULL,
    code        TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT,
    CONSTRAINT roles_id PRIMARY KEY (id)
);

CREATE TABLE memberships (
    user_id         BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    organisation_id BIGINT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    created_at      BIGINT NOT NULL,
    CONSTRAINT memberships_key PRIMARY KEY (user_id, organisation_id)
) WITHOUT ROWID;

CREATE TABLE membership_roles (
    user_id         BIGINT NOT NULL,
    organisation_id BIGINT NOT NULL,
    role_id         BIGINT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    created_at      BIGINT NOT NULL,
    CONSTRAINT membership_roles_key PRIMARY KEY (user_id, organisation_id, role_id),
    FOREIGN KEY (user_id, organisation_id) REFERENCES memberships (user_id, organisation_id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE applications (
    id          TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    rights      TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT,
    CONSTRAINT applications_id PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE TABLE application_organisations (
    application_id  TEXT   NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    organisation_id BIGINT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    CONSTRAINT application_organisations_key PRIMARY KEY (application_id, organisation_id)
) WITHOUT ROWID;

CREATE TABLE marks (
    name  TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT marks_name PRIMARY KEY (name)
) WITHOUT ROWID;

CREATE TABLE audit_events (
    id         INTEGER NOT NULL,
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

INSERT INTO users SELECT
    id,
    CASE WHEN length(guid) = 36 AND lower(guid) = guid AND length(unhex(guid, '-')) = 16
        AND substr(guid, 9, 1) || substr(guid, 14, 1) || substr(guid, 19, 1) || substr(guid, 24, 1) = '----' THEN unhex(guid, '-') ELSE guid END,
    username, username_key, email, email_key, email_verified_at, mobile_sealed,
    CASE WHEN length(mobile_index) = 64 AND mobile_index NOT GLOB '*[^0-9a-f]*' THEN unhex(mobile_index) ELSE mobile_index END,
    mobile_verified_at, password_hash, password_changed_at, role, disabled_at, nickname, real_name, identity,
    anonym, gender, signature, birthday, company, occupation, address, zipcode, site, graduate_school, education,
    avatar, id_card_type, id_card_sealed, remark, country, province, city, create_source, company_type,
    auth_status, authentication_id, auth_user_type, alumni_card, security_stamp, version, created_at, created_by,
    updated_at, updated_by, activated_at, last_login_at
FROM users_4 ORDER BY id;
INSERT INTO user_aliases SELECT source, alias, user_id FROM user_aliases_4 ORDER BY source, alias;
INSERT INTO wechat_identities SELECT
    app_id, open_id, union_id, user_id, follows, created_at
FROM wechat_identities_4 ORDER BY app_id, open_id;
INSERT INTO wechat_unions SELECT union_id, user_id FROM wechat_unions_4 ORDER BY union_id;
INSERT INTO sessions SELECT
    id, user_id, style, opened_by, application_id, company_type, product_type, exclusive_class, source,
    device_number, front_type, address, user_agent, generation,
    CASE WHEN length(access_hash) = 64 AND access_hash NOT GLOB '*[^0-9a-f]*' THEN unhex(access_hash) ELSE access_hash END,
    CASE WHEN length(previous_access_hash) = 64 AND previous_access_hash NOT GLOB '*[^0-9a-f]*' THEN unhex(previous_access_hash) ELSE previous_access_hash END,
    rotated_at, access_expires_at,
    CASE WHEN length(refresh_hash) = 64 AND refresh_hash NOT GLOB '*[^0-9a-f]*' THEN unhex(refresh_hash) ELSE refresh_hash END,
    expires_at, created_at, last_seen_at, ended_at, end_reason
FROM sessions_4 ORDER BY id;
INSERT INTO organisations SELECT id, code, name, created_at, disabled_at FROM organisations_4 ORDER BY id;
INSERT INTO roles SELECT id, code, name, created_at, disabled_at FROM roles_4 ORDER BY id;
INSERT INTO memberships SELECT
    user_id, organisation_id, created_at
FROM memberships_4 ORDER BY user_id, organisation_id;
INSERT INTO membership_roles SELECT
    user_id, organisation_id, role_id, created_at
FROM membership_roles_4 ORDER BY user_id, organisation_id, role_id;
INSERT INTO applications SELECT id, name, rights, created_at, disabled_at FROM applications_4 ORDER BY id;
INSERT INTO application_organisations SELECT
    application_id, organisation_id
FROM application_organisations_4 ORDER BY application_id, organisation_id;
INSERT INTO marks SELECT name, value FROM marks_4 ORDER BY name;
INSERT INTO audit_events SELECT
    id, at, kind, actor_id, subject_id, session_id, style, address, detail
FROM audit_events_4 ORDER BY id;

DROP TABLE membership_roles_4;
DROP TABLE memberships_4;
DROP TABLE application_organisations_4;
DROP TABLE applications_4;
DROP TABLE user_aliases_4;
DROP TABLE wechat_identities_4;
DROP TABLE wechat_unions_4;
DROP TABLE sessions_4;
DROP TABLE organisations_4;
DROP TABLE roles_4;
DROP TABLE users_4;
DROP TABLE marks_4;
DROP TABLE audit_events_4;

CREATE UNIQUE INDEX users_guid ON users (guid);
CREATE UNIQUE INDEX users_username_key ON users (username_key) WHERE username_key IS NOT NULL;
CREATE UNIQUE INDEX users_email_key ON users (email_key) WHERE email_key IS NOT NULL;
CREATE UNIQUE INDEX users_verified_mobile ON users (mobile_index) WHERE mobile_verified_at IS NOT NULL;
CREATE INDEX user_aliases_alias ON user_aliases (alias);
CREATE INDEX wechat_identities_user_id ON wechat_identities (user_id, created_at);
CREATE UNIQUE INDEX sessions_access_hash ON sessions (access_hash) WHERE access_hash IS NOT NULL;
CREATE UNIQUE INDEX sessions_refresh_hash ON sessions (refresh_hash) WHERE refresh_hash IS NOT NULL;
CREATE UNIQUE INDEX sessions_exclusive ON sessions (user_id, exclusive_class)
    WHERE ended_at IS NULL AND exclusive_class IS NOT NULL;
CREATE INDEX sessions_previous_access_hash ON sessions (previous_access_hash) WHERE previous_access_hash IS NOT NULL;
CREATE INDEX sessions_user_id ON sessions (user_id, created_at);
CREATE INDEX sessions_ended_at ON sessions (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX sessions_expires_at ON sessions (expires_at);
CREATE UNIQUE INDEX organisations_code ON organisations (code);
CREATE UNIQUE INDEX roles_code ON roles (code);
CREATE INDEX audit_events_at ON audit_events (at);
CREATE INDEX audit_events_kind ON audit_events (kind);
CREATE INDEX audit_events_subject_id ON audit_events (subject_id);
