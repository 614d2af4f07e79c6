PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO goose_db_version VALUES(1,0,1,'2026-11-28 21:43:06');
INSERT INTO goose_db_version VALUES(2,1,1,'2026-11-28 21:43:06');
INSERT INTO goose_db_version VALUES(3,2,1,'2026-11-28 21:43:06');
INSERT INTO goose_db_version VALUES(4,3,1,'2026-11-28 21:43:06');
INSERT INTO goose_db_version VALUES(5,4,1,'2026-11-28 21:43:06');
INSERT INTO goose_db_version VALUES(6,5,1,'2026-11-28 21:43:06');
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
CREATE TABLE rate_counters (
    key          TEXT   NOT NULL,
    window_start BIGINT NOT NULL,
    count        BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    CONSTRAINT rate_counters_key PRIMARY KEY (key)
);
CREATE TABLE wechat_exchanges (
    code_hash       TEXT   NOT NULL,
    identity_sealed TEXT   NOT NULL,
    expires_at      BIGINT NOT NULL,
    CONSTRAINT wechat_exchanges_code_hash PRIMARY KEY (code_hash)
);
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
INSERT INTO users VALUES(1,X'1a161231d4a2493e8c0db2fa65ad7d5e','demo','demo','demo@example.com','demo@example.com',1795902186577,'v1.SaWqXEiuVXz0Joy_BWO2nXUEbMECy00NvpDFbPH3C2WA1Fi76U-z',X'e8ab23106c86daa279dbaa509af71894829886ea0eda4cac188da01498420ced',1795902186577,'$argon2id$v=19$m=19456,t=2,p=1$M5JTudHTkH8eHWCPP1/WiQ$a1aUpOLTHaV0ce3YzvgbzqoMPYmx6M1hWx/DQWHQmzE',1795902186577,'member',NULL,'晚秋','林晚秋','','',2,'',NULL,'','','','','','','','','',NULL,'','','','','demo',1,0,NULL,NULL,0,'PAOC37I2LLAX3ABX324UJH2NJQ',2,1795902186577,NULL,1795902186577,NULL,1795902186577,1795902188977);
INSERT INTO users VALUES(2,X'455c505970904ba3a783acd8e34e7d1c','admin','admin',NULL,NULL,NULL,NULL,NULL,NULL,'$argon2id$v=19$m=19456,t=2,p=1$EcLVgwKfs+YmTH1+iy5XIg$wXIDxLhp2nHH46JAC03PhT1/qURMRBGOU8GH4whwxFw',1795902186742,'super_administrator',NULL,'管理员','','','',0,'',NULL,'','','','','','','','','',NULL,'','','','','demo',NULL,0,NULL,NULL,0,'VCRAS2ZIM6VMWXF73TWUZGQNXE',2,1795902186742,NULL,1795902186742,NULL,1795902186742,NULL);
INSERT INTO users VALUES(3,X'5de8084d01d8485896e429c0adcfac9f','lu.jiahe','lu.jiahe',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'member',NULL,'嘉禾','陆嘉禾','','',0,'',NULL,'','','','','','','','','',NULL,'','','','','demo',NULL,0,NULL,NULL,0,'NIZKFX3SNNT35D6EIFGHOOXL2L',2,1795902186960,NULL,1795902186960,NULL,1795902186960,NULL);
INSERT INTO users VALUES(4,X'2beacf07064040a6862fe734b83a0010','he.yun','he.yun',NULL,NULL,NULL,NULL,NULL,NULL,'$argon2id$v=19$m=19456,t=2,p=1$GO1TJyU3YkJ0NS5pzi6HQg$YBmhG8gp4cAqJ2ua16MtgwizC/iT1jaUDyhol0zx33w',1795902186961,'administrator',NULL,'贺云','贺云','','',0,'',NULL,'','','','','','','','','',NULL,'','','','','demo',NULL,0,NULL,NULL,0,'U2L75F7NAVXECSKVS755BYDAK4',2,1795902186961,NULL,1795902186961,NULL,1795902186961,NULL);
INSERT INTO users VALUES(246630762995261,X'852aacc9f4e14867926de4bbf24363fd',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'member',NULL,'青石小径','','','',2,'',NULL,'','','','','','','','https://avatar.example.com/7d5d1a0769f540a5.png','',NULL,'','中国','福建','厦门','wechat',NULL,0,NULL,NULL,0,'OINFX3KQDAAHBSZTWIUQ4POLP5',1,1795902188621,NULL,1795902188621,NULL,1795902188621,1795902188621);
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
INSERT INTO wechat_identities VALUES('wxsimulator00000001','oQPsWJQHPdsjDSQMn1WoVWQA7Zau','oUDW21vvU1p67l036qRL41DNXIoI',246630762995261,1,1795902188621);
CREATE TABLE wechat_unions (
    union_id TEXT   NOT NULL,
    user_id  BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT wechat_unions_union_id PRIMARY KEY (union_id)
) WITHOUT ROWID;
INSERT INTO wechat_unions VALUES('oUDW21vvU1p67l036qRL41DNXIoI',246630762995261);
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
INSERT INTO sessions VALUES(246630761395430,1,'data','code',NULL,1,1,'1','pc','pc-7f3a',NULL,'127.0.0.1','curl',1,X'876f304c3f9a231c5fd1b70451c318c72ab49d7656782a2156ae97f16379e611',NULL,NULL,4949502188231,X'4e5b8c8cd3bad69c9452d0869ede2ae41d6d9a7558b3b76f76fc92e790503e97',4949502188231,1795902188231,1795902188231,NULL,NULL);
INSERT INTO sessions VALUES(246630762995262,246630762995261,'flat','wechat',NULL,NULL,NULL,NULL,'',NULL,NULL,'127.0.0.1','curl',1,X'b99f9b9ac975d499d40d80e15a286884bad67eca5f412b554344ee4fcd30129f',NULL,NULL,4949502188621,NULL,4949502188621,1795902188621,1795902188621,NULL,NULL);
INSERT INTO sessions VALUES(246630764449801,1,'state','password',NULL,NULL,NULL,NULL,'',NULL,NULL,'127.0.0.1','curl',1,NULL,NULL,NULL,4949502188977,NULL,4949502188977,1795902188977,1795902188977,NULL,NULL);
CREATE TABLE organisations (
    id          INTEGER NOT NULL,
    code        TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT,
    CONSTRAINT organisations_id PRIMARY KEY (id)
);
INSERT INTO organisations VALUES(10020027,'10020027','第二十七职业高中',1795902187248,NULL);
CREATE TABLE roles (
    id          INTEGER NOT NULL,
    code        TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT,
    CONSTRAINT roles_id PRIMARY KEY (id)
);
INSERT INTO roles VALUES(8,'js_000008','教职工',1795902187248,NULL);
CREATE TABLE memberships (
    user_id         BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    organisation_id BIGINT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    created_at      BIGINT NOT NULL,
    CONSTRAINT memberships_key PRIMARY KEY (user_id, organisation_id)
) WITHOUT ROWID;
INSERT INTO memberships VALUES(1,10020027,1795902187272);
INSERT INTO memberships VALUES(3,10020027,1795902187334);
CREATE TABLE membership_roles (
    user_id         BIGINT NOT NULL,
    organisation_id BIGINT NOT NULL,
    role_id         BIGINT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    created_at      BIGINT NOT NULL,
    CONSTRAINT membership_roles_key PRIMARY KEY (user_id, organisation_id, role_id),
    FOREIGN KEY (user_id, organisation_id) REFERENCES memberships (user_id, organisation_id) ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO membership_roles VALUES(1,10020027,8,1795902187272);
INSERT INTO membership_roles VALUES(3,10020027,8,1795902187334);
CREATE TABLE applications (
    id          TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    rights      TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT,
    CONSTRAINT applications_id PRIMARY KEY (id)
) WITHOUT ROWID;
INSERT INTO applications VALUES('1','演示应用','',1795902187370,NULL);
CREATE TABLE application_organisations (
    application_id  TEXT   NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    organisation_id BIGINT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    CONSTRAINT application_organisations_key PRIMARY KEY (application_id, organisation_id)
) WITHOUT ROWID;
INSERT INTO application_organisations VALUES('1',10020027);
CREATE TABLE marks (
    name  TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT marks_name PRIMARY KEY (name)
) WITHOUT ROWID;
INSERT INTO marks VALUES('keys','v1.9D6HCyku5uLf7wOaeTS5DnBmchcpV_eWWbXUI4WsjYqaVIcPagLr8TuYSLjURCkmx831c_SzEJH0OuC720g');
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
INSERT INTO audit_events VALUES(246630761400170,1795902188232,'sign_in',1,1,246630761395430,'data','127.0.0.1','{"product_type":1,"way":"code"}');
INSERT INTO audit_events VALUES(246630762995263,1795902188621,'user_created',246630762995261,246630762995261,NULL,'flat','127.0.0.1','{"way":"wechat"}');
INSERT INTO audit_events VALUES(246630762995379,1795902188621,'sign_in',246630762995261,246630762995261,246630762995262,'flat','127.0.0.1','{"way":"wechat"}');
INSERT INTO audit_events VALUES(246630764450566,1795902188977,'sign_in',1,1,246630764449801,'state','127.0.0.1','{"way":"password"}');
INSERT INTO audit_events VALUES(246630764965077,1795902189102,'sign_in_failed',NULL,1,NULL,'state','127.0.0.1','{"account":"7fdbc00bef0096ba85e663f88536c29982e26fb416a6670bb445b04c7e3ead02","reason":"wrong","way":"password"}');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('goose_db_version',6);
CREATE INDEX one_time_codes_expires_at ON one_time_codes (expires_at);
CREATE INDEX rate_counters_expires_at ON rate_counters (expires_at);
CREATE INDEX wechat_exchanges_expires_at ON wechat_exchanges (expires_at);
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
COMMIT;
