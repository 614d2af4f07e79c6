package store

import (
	"context"

	"quartet/store/internal/engine"
)

var (
	insertApplication  = insertInto[Application]("applications")
	selectApplications = "SELECT " + selected[Application]("") + " FROM applications "
	applicationByID    = selectApplications + "WHERE id = ?"
	listApplications   = selectApplications + "ORDER BY created_at, id" + limitListed

	organisationsOfApplication = selectOrganisations + `JOIN application_organisations ao ON ao.organisation_id = o.id
		WHERE ao.application_id = ? ORDER BY o.id` + limitListed
)

const (
	addApplicationOrganisation    = "INSERT INTO application_organisations (application_id, organisation_id) VALUES (?, ?)"
	removeApplicationOrganisation = "DELETE FROM application_organisations WHERE application_id = ? AND organisation_id = ?"
)

// InsertApplication registers an application. It returns a ConflictError of id.
func (tx Tx) InsertApplication(ctx context.Context, a Application) error {
	return tx.insert(ctx, "InsertApplication", insertApplication, a)
}

// ApplicationByID finds an application, a disabled one too, or ErrNotFound.
func (s *Store) ApplicationByID(ctx context.Context, id string) (Application, error) {
	return cached(ctx, s, engine.Key{Method: "ApplicationByID", Text: id}, func() (Application, error) {
		return one[Application](ctx, s, "ApplicationByID", applicationByID, id)
	})
}

// ListApplications gives all applications, oldest first.
func (s *Store) ListApplications(ctx context.Context) ([]Application, error) {
	return many[Application](ctx, s, "ListApplications", listApplications)
}

// SetApplicationDisabled disables or enables an application. It returns
// ErrNotFound.
func (tx Tx) SetApplicationDisabled(ctx context.Context, id string, disabled bool, now Time) error {
	return tx.update(ctx, "SetApplicationDisabled", "applications", "disabled_at = ?", "id = ?", []any{disabledAt(disabled, now)}, []any{id})
}

// SetApplicationRights replaces the rights of an application, a space-separated
// list. It returns ErrNotFound.
func (tx Tx) SetApplicationRights(ctx context.Context, id, rights string) error {
	return tx.update(ctx, "SetApplicationRights", "applications", "rights = ?", "id = ?", []any{rights}, []any{id})
}

// RenameApplication changes an application's name. It returns ErrNotFound.
func (tx Tx) RenameApplication(ctx context.Context, id, name string) error {
	return tx.update(ctx, "RenameApplication", "applications", "name = ?", "id = ?", []any{name}, []any{id})
}

// DeleteApplication deletes an application with its secrets and links. Sessions that were
// opened for it stay, and belong to none: an application that gets its id later does not
// get them. It returns ErrNotFound.
func (tx Tx) DeleteApplication(ctx context.Context, id string) error {
	if _, err := tx.exec(ctx, "DeleteApplication", "UPDATE sessions SET application_id = NULL WHERE application_id = ?", id); err != nil {
		return err
	}
	return tx.change(ctx, "DeleteApplication", "DELETE FROM applications WHERE id = ?", id)
}

// AddApplicationOrganisation lets an application see the members of an organisation. An
// existing link stays as it is; added is then false. It returns ErrNotFound if the application
// or the organisation does not exist.
func (tx Tx) AddApplicationOrganisation(ctx context.Context, applicationID string, organisationID int64) (added bool, err error) {
	return tx.insertIgnore(ctx, "AddApplicationOrganisation", addApplicationOrganisation, "(application_id, organisation_id)", applicationID, organisationID)
}

// RemoveApplicationOrganisation removes the link. It returns ErrNotFound if there is
// none.
func (tx Tx) RemoveApplicationOrganisation(ctx context.Context, applicationID string, organisationID int64) error {
	return tx.change(ctx, "RemoveApplicationOrganisation", removeApplicationOrganisation, applicationID, organisationID)
}

// OrganisationsOfApplication gives the organisations that an application sees,
// disabled ones too, in order of their ids. The slice must not be changed.
func (s *Store) OrganisationsOfApplication(ctx context.Context, applicationID string) ([]Organisation, error) {
	return cached(ctx, s, engine.Key{Method: "OrganisationsOfApplication", Text: applicationID}, func() ([]Organisation, error) {
		return many[Organisation](ctx, s, "OrganisationsOfApplication", organisationsOfApplication, applicationID)
	})
}
