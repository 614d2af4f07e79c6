package store

import "context"

var (
	insertApplication  = insertInto[Application]("applications")
	selectApplications = "SELECT " + selected[Application]("") + " FROM applications "
	applicationByID    = selectApplications + "WHERE id = ?"
	listApplications   = selectApplications + "ORDER BY created_at, id"

	organisationsOfApplication = selectOrganisations + `JOIN application_organisations ao ON ao.organisation_id = o.id
		WHERE ao.application_id = ? ORDER BY o.id`
)

const (
	setApplicationDisabled = "UPDATE applications SET disabled_at = ? WHERE id = ?"
	setApplicationRights   = "UPDATE applications SET rights = ? WHERE id = ?"

	addApplicationOrganisation = `INSERT INTO application_organisations (application_id, organisation_id) VALUES (?, ?)
		ON CONFLICT (application_id, organisation_id) DO NOTHING`
	removeApplicationOrganisation = "DELETE FROM application_organisations WHERE application_id = ? AND organisation_id = ?"
)

// InsertApplication registers an application. It returns a ConflictError of id.
func (w Tx) InsertApplication(ctx context.Context, a Application) error {
	return w.insert(ctx, "InsertApplication", insertApplication, a)
}

// ApplicationByID finds an application, a disabled one too, or ErrNotFound.
func (s *Store) ApplicationByID(ctx context.Context, id string) (Application, error) {
	return remembered(ctx, s, rowKey{verb: "ApplicationByID", text: id, glanceable: true}, func() (Application, error) {
		return one[Application](ctx, s, "ApplicationByID", applicationByID, id)
	})
}

// ListApplications gives all applications, oldest first.
func (s *Store) ListApplications(ctx context.Context) ([]Application, error) {
	return many[Application](ctx, s, "ListApplications", listApplications)
}

// SetApplicationDisabled disables or enables an application. It returns
// ErrNotFound.
func (w Tx) SetApplicationDisabled(ctx context.Context, id string, disabled bool, now Time) error {
	return w.change(ctx, "SetApplicationDisabled", setApplicationDisabled, disabledAt(disabled, now), id)
}

// SetApplicationRights replaces the rights of an application, a space-separated
// list. It returns ErrNotFound.
func (w Tx) SetApplicationRights(ctx context.Context, id, rights string) error {
	return w.change(ctx, "SetApplicationRights", setApplicationRights, rights, id)
}

// AddApplicationOrganisation lets an application see the members of an
// organisation. What is so already stays as it is. It returns ErrNotFound when
// one of the two is not there.
func (w Tx) AddApplicationOrganisation(ctx context.Context, applicationID string, organisationID int64) error {
	_, err := w.exec(ctx, "AddApplicationOrganisation", addApplicationOrganisation, applicationID, organisationID)
	return err
}

// RemoveApplicationOrganisation takes an organisation from an application's
// sight. It returns ErrNotFound when it was not in it.
func (w Tx) RemoveApplicationOrganisation(ctx context.Context, applicationID string, organisationID int64) error {
	return w.change(ctx, "RemoveApplicationOrganisation", removeApplicationOrganisation, applicationID, organisationID)
}

// OrganisationsOfApplication gives the organisations that an application sees,
// disabled ones too, in order of their ids. The slice must not be changed.
func (s *Store) OrganisationsOfApplication(ctx context.Context, applicationID string) ([]Organisation, error) {
	return remembered(ctx, s, rowKey{verb: "OrganisationsOfApplication", text: applicationID, glanceable: true}, func() ([]Organisation, error) {
		return many[Organisation](ctx, s, "OrganisationsOfApplication", organisationsOfApplication, applicationID)
	})
}
