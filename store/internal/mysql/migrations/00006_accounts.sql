-- The tables of version 6 in the dialect that MariaDB, MySQL 8, TiDB and
-- OceanBase share. These engines commit at each CREATE TABLE, so every statement
-- can be repeated after an interruption.
--
-- What is compared or unique is VARBINARY, which is exact in case and blanks.
-- Digests and GUIDs are their 32 and 16 bytes, or the text of any other form.
-- Where another engine has a partial unique index, a generated column at its end
-- is NULL for the rows outside it. Foreign keys are the table's: TiDB and OceanBase
-- accept REFERENCES at a column without enforcing it.

-- +goose NO TRANSACTION
-- +goose Up

CREATE TABLE IF NOT EXISTS users (
    id                  BIGINT         NOT NULL,
    guid                VARBINARY(64)  NOT NULL,
    username            VARCHAR(255),
    username_key        VARBINARY(512),
    email               VARCHAR(255),
    email_key           VARBINARY(512),
    email_verified_at   BIGINT,
    mobile_sealed       VARCHAR(255),
    mobile_index        VARBINARY(64),
    mobile_verified_at  BIGINT,
    password_hash       VARBINARY(1024),
    password_changed_at BIGINT,
    role                VARCHAR(64)    NOT NULL,
    disabled_at         BIGINT,
    nickname            VARCHAR(255)   NOT NULL,
    real_name           VARCHAR(255)   NOT NULL,
    identity            VARCHAR(255)   NOT NULL,
    anonym              VARCHAR(255)   NOT NULL,
    gender              INTEGER        NOT NULL,
    signature           TEXT           NOT NULL,
    birthday            VARCHAR(64),
    company             VARCHAR(512)   NOT NULL,
    occupation          VARCHAR(255)   NOT NULL,
    address             VARCHAR(1024)  NOT NULL,
    zipcode             VARCHAR(64)    NOT NULL,
    site                VARCHAR(1024)  NOT NULL,
    graduate_school     VARCHAR(512)   NOT NULL,
    education           VARCHAR(255)   NOT NULL,
    avatar              VARCHAR(1024)  NOT NULL,
    id_card_type        VARCHAR(255)   NOT NULL,
    id_card_sealed      VARCHAR(1024),
    remark              TEXT           NOT NULL,
    country             VARCHAR(255)   NOT NULL,
    province            VARCHAR(255)   NOT NULL,
    city                VARCHAR(255)   NOT NULL,
    create_source       VARCHAR(255)   NOT NULL,
    company_type        BIGINT,
    auth_status         INTEGER        NOT NULL,
    authentication_id   BIGINT,
    auth_user_type      BIGINT,
    alumni_card         BOOLEAN        NOT NULL,
    security_stamp      VARCHAR(255)   NOT NULL,
    version             BIGINT         NOT NULL,
    created_at          BIGINT         NOT NULL,
    created_by          BIGINT,
    updated_at          BIGINT         NOT NULL,
    updated_by          BIGINT,
    activated_at        BIGINT,
    last_login_at       BIGINT,
    mobile_verified     BOOLEAN AS (CASE WHEN mobile_verified_at IS NOT NULL THEN TRUE END) VIRTUAL,
    PRIMARY KEY (id),
    UNIQUE KEY users_guid (guid),
    UNIQUE KEY users_username_key (username_key),
    UNIQUE KEY users_email_key (email_key),
    UNIQUE KEY users_verified_mobile (mobile_index, mobile_verified)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The ids that users had in the systems they were imported from.
CREATE TABLE IF NOT EXISTS user_aliases (
    source  VARBINARY(255) NOT NULL,
    alias   VARBINARY(512) NOT NULL,
    user_id BIGINT         NOT NULL,
    PRIMARY KEY (source, alias),
    KEY user_aliases_alias (alias),
    KEY user_aliases_user_id (user_id),
    CONSTRAINT user_aliases_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS wechat_identities (
    app_id     VARBINARY(255) NOT NULL,
    open_id    VARBINARY(255) NOT NULL,
    union_id   VARBINARY(255),
    user_id    BIGINT         NOT NULL,
    follows    BOOLEAN        NOT NULL,
    created_at BIGINT         NOT NULL,
    PRIMARY KEY (app_id, open_id),
    KEY wechat_identities_user_id (user_id, created_at),
    CONSTRAINT wechat_identities_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The user of a union id: this row makes two identities one user.
CREATE TABLE IF NOT EXISTS wechat_unions (
    union_id VARBINARY(255) NOT NULL,
    user_id  BIGINT         NOT NULL,
    PRIMARY KEY (union_id),
    KEY wechat_unions_user_id (user_id),
    CONSTRAINT wechat_unions_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The newest code of each purpose and mobile. Without a user, because a code can be
-- sent to an unknown mobile.
CREATE TABLE IF NOT EXISTS one_time_codes (
    purpose      VARBINARY(64) NOT NULL,
    mobile_index VARBINARY(64) NOT NULL,
    code_mac     VARBINARY(64) NOT NULL,
    active       BOOLEAN       NOT NULL,
    attempts     BIGINT        NOT NULL,
    created_at   BIGINT        NOT NULL,
    expires_at   BIGINT        NOT NULL,
    used_at      BIGINT,
    PRIMARY KEY (purpose, mobile_index),
    KEY one_time_codes_expires_at (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS rate_counters (
    `key`        VARBINARY(255) NOT NULL,
    window_start BIGINT         NOT NULL,
    count        BIGINT         NOT NULL,
    expires_at   BIGINT         NOT NULL,
    PRIMARY KEY (`key`),
    KEY rate_counters_expires_at (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS sessions (
    id                   BIGINT         NOT NULL,
    user_id              BIGINT         NOT NULL,
    dialect              VARCHAR(64)    NOT NULL,
    opened_by            VARCHAR(64)    NOT NULL,
    application_id       VARBINARY(256),
    company_type         BIGINT,
    product_type         BIGINT,
    exclusive_class      VARBINARY(255),
    source               VARCHAR(255)   NOT NULL,
    device_number        VARCHAR(512),
    front_type           BIGINT,
    client_ip            VARCHAR(255)   NOT NULL,
    user_agent           VARCHAR(1024)  NOT NULL,
    generation           BIGINT         NOT NULL,
    access_hash          VARBINARY(64),
    previous_access_hash VARBINARY(64),
    rotated_at           BIGINT,
    access_expires_at    BIGINT         NOT NULL,
    refresh_hash         VARBINARY(64),
    expires_at           BIGINT         NOT NULL,
    created_at           BIGINT         NOT NULL,
    last_seen_at         BIGINT         NOT NULL,
    ended_at             BIGINT,
    end_reason           VARCHAR(64),
    live                 BOOLEAN AS (CASE WHEN ended_at IS NULL THEN TRUE END) VIRTUAL,
    PRIMARY KEY (id),
    UNIQUE KEY sessions_access_hash (access_hash),
    UNIQUE KEY sessions_refresh_hash (refresh_hash),
    UNIQUE KEY sessions_exclusive (user_id, exclusive_class, live),
    KEY sessions_previous_access_hash (previous_access_hash),
    KEY sessions_user_id (user_id, created_at),
    KEY sessions_ended_at (ended_at),
    KEY sessions_expires_at (expires_at),
    CONSTRAINT sessions_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS organisations (
    id          BIGINT         NOT NULL,
    code        VARBINARY(256) NOT NULL,
    name        VARCHAR(512)   NOT NULL,
    created_at  BIGINT         NOT NULL,
    disabled_at BIGINT,
    PRIMARY KEY (id),
    UNIQUE KEY organisations_code (code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS roles (
    id          BIGINT         NOT NULL,
    code        VARBINARY(256) NOT NULL,
    name        VARCHAR(512)   NOT NULL,
    created_at  BIGINT         NOT NULL,
    disabled_at BIGINT,
    PRIMARY KEY (id),
    UNIQUE KEY roles_code (code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS memberships (
    user_id         BIGINT NOT NULL,
    organisation_id BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (user_id, organisation_id),
    KEY memberships_organisation_id (organisation_id),
    CONSTRAINT memberships_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT memberships_organisation FOREIGN KEY (organisation_id) REFERENCES organisations (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS membership_roles (
    user_id         BIGINT NOT NULL,
    organisation_id BIGINT NOT NULL,
    role_id         BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (user_id, organisation_id, role_id),
    KEY membership_roles_role_id (role_id),
    CONSTRAINT membership_roles_membership FOREIGN KEY (user_id, organisation_id)
        REFERENCES memberships (user_id, organisation_id) ON DELETE CASCADE,
    CONSTRAINT membership_roles_role FOREIGN KEY (role_id) REFERENCES roles (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS applications (
    id          VARBINARY(256) NOT NULL,
    name        VARCHAR(512)   NOT NULL,
    rights      VARCHAR(1024)  NOT NULL,
    created_at  BIGINT         NOT NULL,
    disabled_at BIGINT,
    PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS application_organisations (
    application_id  VARBINARY(256) NOT NULL,
    organisation_id BIGINT         NOT NULL,
    PRIMARY KEY (application_id, organisation_id),
    KEY application_organisations_organisation_id (organisation_id),
    CONSTRAINT application_organisations_application FOREIGN KEY (application_id) REFERENCES applications (id) ON DELETE CASCADE,
    CONSTRAINT application_organisations_organisation FOREIGN KEY (organisation_id) REFERENCES organisations (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Metadata of the database: the keys that it was used with, and its purpose.
CREATE TABLE IF NOT EXISTS metadata (
    name  VARBINARY(255) NOT NULL,
    value TEXT           NOT NULL,
    PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The identities of WeChat codes, for as long as a client may repeat the code. The
-- hash is keyed, and the identity is sealed because it is personal data.
CREATE TABLE IF NOT EXISTS wechat_codes (
    code_hash       VARBINARY(64) NOT NULL,
    identity_sealed TEXT          NOT NULL,
    expires_at      BIGINT        NOT NULL,
    PRIMARY KEY (code_hash),
    KEY wechat_codes_expires_at (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Audit events. They have no foreign keys, because an event outlives its subject.
-- detail is a JSON object.
CREATE TABLE IF NOT EXISTS audit_events (
    id         BIGINT        NOT NULL,
    at         BIGINT        NOT NULL,
    kind       VARBINARY(64) NOT NULL,
    actor_id   BIGINT,
    subject_id BIGINT,
    session_id BIGINT,
    dialect    VARCHAR(64)   NOT NULL,
    client_ip  VARCHAR(255)  NOT NULL,
    detail     TEXT          NOT NULL,
    PRIMARY KEY (id),
    KEY audit_events_at (at),
    KEY audit_events_kind (kind),
    KEY audit_events_subject_id (subject_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
