-- The members of an organisation are found without reading all memberships: here the key
-- memberships_organisation_id has been there from the beginning.
-- Programs from before this migration can use the tables.

-- +goose Up

DO 0;
