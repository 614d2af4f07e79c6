-- What the last import said of a user, so that the next one can tell what was changed
-- here: keyed digests, in the form of package importmerge. And the ids that
-- organisations and roles had in the systems they were imported from.

-- +goose Up

CREATE TABLE import_records (
    source TEXT NOT NULL,
    alias  TEXT NOT NULL,
    record TEXT NOT NULL,
    CONSTRAINT import_records_source_alias PRIMARY KEY (source, alias),
    FOREIGN KEY (source, alias) REFERENCES user_aliases (source, alias) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE organisation_aliases (
    source          TEXT   NOT NULL,
    alias           TEXT   NOT NULL,
    organisation_id BIGINT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    CONSTRAINT organisation_aliases_source_alias PRIMARY KEY (source, alias)
) WITHOUT ROWID;
CREATE INDEX organisation_aliases_organisation_id ON organisation_aliases (organisation_id);

CREATE TABLE role_aliases (
    source  TEXT   NOT NULL,
    alias   TEXT   NOT NULL,
    role_id BIGINT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    CONSTRAINT role_aliases_source_alias PRIMARY KEY (source, alias)
) WITHOUT ROWID;
CREATE INDEX role_aliases_role_id ON role_aliases (role_id);
