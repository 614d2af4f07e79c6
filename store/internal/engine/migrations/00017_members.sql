-- The members of an organisation are found without reading all memberships.
-- Programs from before this migration can use the tables.

-- +goose Up

CREATE INDEX memberships_organisation_id ON memberships (organisation_id, user_id);
