-- Programs from before this migration can use the tables.
-- Any page of the users with a role, of disabled users and of the members of an
-- organisation is found without reading the pages before it. Members and enabled users are
-- most of all users, so the order of their ids is enough to find them.

-- +goose Up

CREATE INDEX memberships_organisation_id ON memberships (organisation_id, user_id);
CREATE INDEX users_role ON users (role, id) WHERE role <> 'member';
CREATE INDEX users_disabled ON users (id) WHERE disabled_at IS NOT NULL;
