-- What the last import said of a user, so that the next one can tell what was changed
-- here: keyed digests, in the form of package importmerge. And the ids that
-- organisations and roles had in the systems they were imported from.

-- +goose NO TRANSACTION
-- +goose Up

CREATE TABLE IF NOT EXISTS import_records (
    source VARBINARY(255) NOT NULL,
    alias  VARBINARY(512) NOT NULL,
    record TEXT           NOT NULL,
    PRIMARY KEY (source, alias),
    CONSTRAINT import_records_alias FOREIGN KEY (source, alias) REFERENCES user_aliases (source, alias) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS organisation_aliases (
    source          VARBINARY(255) NOT NULL,
    alias           VARBINARY(512) NOT NULL,
    organisation_id BIGINT         NOT NULL,
    PRIMARY KEY (source, alias),
    KEY organisation_aliases_organisation_id (organisation_id),
    CONSTRAINT organisation_aliases_organisation FOREIGN KEY (organisation_id) REFERENCES organisations (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS role_aliases (
    source  VARBINARY(255) NOT NULL,
    alias   VARBINARY(512) NOT NULL,
    role_id BIGINT         NOT NULL,
    PRIMARY KEY (source, alias),
    KEY role_aliases_role_id (role_id),
    CONSTRAINT role_aliases_role FOREIGN KEY (role_id) REFERENCES roles (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
