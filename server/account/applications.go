package account

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"quartet/server/apierr"
	"quartet/store"
)

// KnownRights lists the rights that an application can hold.
func KnownRights() []string { return []string{RightContact, RightNickname} }

// AddApplication registers an application under the id it sends as X-App-Id.
// The failure is InvalidField: id, name or rights out of bounds, or the id is
// taken.
func (s *Service) AddApplication(ctx context.Context, id, name string, rights []string) (store.Application, error) {
	if err := checkListed("id", id, name); err != nil {
		return store.Application{}, err
	}
	// It travels in a header, where clients can send nothing but ASCII.
	if strings.ContainsFunc(id, func(r rune) bool { return r > unicode.MaxASCII }) {
		return store.Application{}, apierr.Field("id", apierr.BadFormat)
	}
	text, err := rightsText(rights)
	if err != nil {
		return store.Application{}, err
	}
	row := store.Application{ID: id, Name: name, Rights: text, CreatedAt: store.TimeOf(s.now())}
	err = s.inTx(ctx, func(d *tx) error {
		d.record(applicationChanged(AuditApplicationAdded, id, details{"rights": strings.Fields(text)}))
		return d.InsertApplication(ctx, row)
	})
	return row, codeErr(err, "id")
}

// Application finds an application and the organisations whose members it may
// see. An id that names none is UnknownApplication, here and below.
func (s *Service) Application(ctx context.Context, id string) (store.Application, []store.Organisation, error) {
	row, err := s.store.ApplicationByID(ctx, id)
	if err != nil {
		return store.Application{}, nil, toAPIErr(err, apierr.UnknownApplication)
	}
	organisations, err := s.store.OrganisationsOfApplication(ctx, id)
	return row, organisations, storeErr(err)
}

// ListApplications gives all applications.
func (s *Service) ListApplications(ctx context.Context) ([]store.Application, error) {
	rows, err := s.store.ListApplications(ctx)
	return rows, storeErr(err)
}

// DisableApplication makes an application unknown to UserInfo.
func (s *Service) DisableApplication(ctx context.Context, id string) error {
	return s.setApplicationDisabled(ctx, id, true, AuditApplicationDisabled)
}

// EnableApplication takes that back.
func (s *Service) EnableApplication(ctx context.Context, id string) error {
	return s.setApplicationDisabled(ctx, id, false, AuditApplicationEnabled)
}

func (s *Service) setApplicationDisabled(ctx context.Context, id string, disabled bool, kind string) error {
	err := s.inTx(ctx, func(d *tx) error {
		d.record(applicationChanged(kind, id, nil))
		return d.SetApplicationDisabled(ctx, id, disabled, store.TimeOf(s.now()))
	})
	return toAPIErr(err, apierr.UnknownApplication)
}

// SetApplicationRights replaces an application's rights. Failures are
// InvalidField with field rights, and UnknownApplication.
func (s *Service) SetApplicationRights(ctx context.Context, id string, rights []string) error {
	text, err := rightsText(rights)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(d *tx) error {
		d.record(applicationChanged(AuditApplicationRights, id, details{"rights": strings.Fields(text)}))
		return d.SetApplicationRights(ctx, id, text)
	})
	return toAPIErr(err, apierr.UnknownApplication)
}

// AddApplicationOrganisation lets an application see an organisation's members.
// Doing it twice is no failure.
func (s *Service) AddApplicationOrganisation(ctx context.Context, id, organisation string) error {
	organisationID, err := s.link(ctx, id, organisation)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(d *tx) error {
		d.record(applicationChanged(AuditApplicationLinked, id, details{"organisation": organisation}))
		return d.AddApplicationOrganisation(ctx, id, organisationID)
	})
	return toAPIErr(err, apierr.UnknownApplication)
}

// RemoveApplicationOrganisation takes that back. What was not so is InvalidField
// with field organisation.
func (s *Service) RemoveApplicationOrganisation(ctx context.Context, id, organisation string) error {
	organisationID, err := s.link(ctx, id, organisation)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(d *tx) error {
		d.record(applicationChanged(AuditApplicationUnlinked, id, details{"organisation": organisation}))
		return d.RemoveApplicationOrganisation(ctx, id, organisationID)
	})
	return codeErr(err, "organisation")
}

func (s *Service) link(ctx context.Context, id, organisation string) (organisationID int64, err error) {
	if _, err := s.store.ApplicationByID(ctx, id); err != nil {
		return 0, toAPIErr(err, apierr.UnknownApplication)
	}
	row, err := s.Organisation(ctx, organisation)
	return row.ID, err
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
