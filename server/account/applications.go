package account

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode"

	"quartet/server/apierr"
	"quartet/server/token"
	"quartet/store"
)

// Application is a program that reads users. Rights is a space-separated list.
type Application struct {
	ID         string
	Name       string
	Rights     string
	CreatedAt  Time
	DisabledAt *Time
	Version    int64
}

// AddApplication registers an application under the id it sends as X-App-Id.
// The failure is InvalidField: id, name or rights out of bounds, or the id is
// taken, as the server's own name in the audience of JWTs is.
func (s Operator) AddApplication(ctx context.Context, id, name string, rights []string) (Application, error) {
	if err := checkListed("id", id, name); err != nil {
		return Application{}, err
	}
	// The id is sent in a header, which is ASCII.
	if strings.ContainsFunc(id, func(r rune) bool { return r > unicode.MaxASCII }) {
		return Application{}, apierr.Field("id", apierr.BadFormat)
	}
	if id == token.Audience {
		return Application{}, apierr.Field("id", apierr.NotInEnum)
	}
	text, err := rightsText(rights)
	if err != nil {
		return Application{}, err
	}
	row := store.Application{ID: id, Name: name, Rights: text, CreatedAt: store.TimeOf(s.now())}
	err = s.inTx(ctx, func(tx *tx) error {
		tx.record(s.applicationChanged(AuditApplicationAdded, id, details{"rights": strings.Fields(text)}))
		return tx.InsertApplication(ctx, row)
	})
	return Application(row), codeErr(err, "id")
}

// Application finds an application and the organisations whose members it may
// see. The failure is UnknownApplication for an unknown id, here and below.
func (s *Service) Application(ctx context.Context, id string) (Application, []Organisation, error) {
	row, err := s.store.ApplicationByID(ctx, id)
	if err != nil {
		return Application{}, nil, toAPIErr(err, apierr.UnknownApplication)
	}
	organisations, err := s.store.OrganisationsOfApplication(ctx, id)
	return Application(row), convert(organisations, toOrganisation), storeErr(err)
}

// ListApplications gives all applications.
func (s *Service) ListApplications(ctx context.Context) ([]Application, error) {
	rows, err := s.store.ListApplications(ctx)
	return convert(rows, func(row store.Application) Application { return Application(row) }), storeErr(err)
}

// DisableApplication makes an application unknown to UserInfo.
func (s Operator) DisableApplication(ctx context.Context, id string) error {
	return s.setApplicationDisabled(ctx, id, true, AuditApplicationDisabled)
}

// EnableApplication enables a disabled application again.
func (s Operator) EnableApplication(ctx context.Context, id string) error {
	return s.setApplicationDisabled(ctx, id, false, AuditApplicationEnabled)
}

func (s Operator) setApplicationDisabled(ctx context.Context, id string, disabled bool, kind string) error {
	err := s.inTx(ctx, func(tx *tx) error {
		tx.record(s.applicationChanged(kind, id, nil))
		return tx.SetApplicationDisabled(ctx, id, disabled, store.TimeOf(s.now()))
	})
	return toAPIErr(err, apierr.UnknownApplication)
}

// RenameApplication changes an application's name.
func (s Operator) RenameApplication(ctx context.Context, id, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	err := s.inTx(ctx, func(tx *tx) error {
		tx.record(s.applicationChanged(AuditApplicationRenamed, id, nil))
		return tx.RenameApplication(ctx, id, name)
	})
	return toAPIErr(err, apierr.UnknownApplication)
}

// DeleteApplication deletes an application with its secrets. Sessions that were opened for
// it stay.
func (s Operator) DeleteApplication(ctx context.Context, id string) error {
	err := s.inTx(ctx, func(tx *tx) error {
		tx.record(s.applicationChanged(AuditApplicationDeleted, id, nil))
		return tx.DeleteApplication(ctx, id)
	})
	return toAPIErr(err, apierr.UnknownApplication)
}

// SetApplicationRights replaces an application's rights. Failures are
// InvalidField with field rights, and UnknownApplication.
func (s Operator) SetApplicationRights(ctx context.Context, id string, rights []string) error {
	text, err := rightsText(rights)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(tx *tx) error {
		tx.record(s.applicationChanged(AuditApplicationRights, id, details{"rights": strings.Fields(text)}))
		return tx.SetApplicationRights(ctx, id, text)
	})
	return toAPIErr(err, apierr.UnknownApplication)
}

// AddApplicationOrganisation lets an application see an organisation's members.
// Repeating it is no failure.
func (s Operator) AddApplicationOrganisation(ctx context.Context, id, organisation string) error {
	organisationID, err := s.applicationOrganisation(ctx, id, organisation)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(tx *tx) error {
		tx.record(s.applicationChanged(AuditApplicationLinked, id, details{"organisation": organisation}))
		return tx.AddApplicationOrganisation(ctx, id, organisationID)
	})
	return toAPIErr(err, apierr.UnknownApplication)
}

// RemoveApplicationOrganisation keeps an application from seeing an organisation's
// members. The failure is InvalidField with field organisation if it did not see
// them.
func (s Operator) RemoveApplicationOrganisation(ctx context.Context, id, organisation string) error {
	organisationID, err := s.applicationOrganisation(ctx, id, organisation)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(tx *tx) error {
		tx.record(s.applicationChanged(AuditApplicationUnlinked, id, details{"organisation": organisation}))
		return tx.RemoveApplicationOrganisation(ctx, id, organisationID)
	})
	return codeErr(err, "organisation")
}

func (s *Service) applicationOrganisation(ctx context.Context, id, organisation string) (organisationID int64, err error) {
	if _, err := s.store.ApplicationByID(ctx, id); err != nil {
		return 0, toAPIErr(err, apierr.UnknownApplication)
	}
	row, err := s.Organisation(ctx, organisation)
	return row.ID, err
}

// knownApplication returns the id of the application that a sign-in names, nil for an
// unknown or disabled one. Such a sign-in succeeds without it: anybody can send the id,
// so a refusal would protect nothing, and would tell which ids are registered.
func (s *Service) knownApplication(ctx context.Context, id string) (*string, error) {
	if checkText("", id, longestApplicationID) != nil || id == "" {
		return nil, nil
	}
	row, err := s.store.ApplicationByID(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && row.DisabledAt != nil:
		return nil, nil
	case err != nil:
		return nil, storeErr(err)
	}
	return &row.ID, nil
}

// rightsText is the rights in order, each once, separated by spaces.
func rightsText(rights []string) (string, error) {
	for _, right := range rights {
		if !slices.Contains(KnownRights(), right) {
			wrong := apierr.Field("rights", apierr.NotInEnum)
			wrong.Expected = strings.Join(KnownRights(), ", ")
			return "", wrong
		}
	}
	sorted := slices.Compact(slices.Sorted(slices.Values(rights)))
	return strings.Join(sorted, " "), nil
}
