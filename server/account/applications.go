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

// AddApplication registers an application under the id it sends as X-App-Id, which may see the
// members of the organisations. Failures are InvalidField for an id, name, right or
// organisation out of bounds, the right contact, which needs a secret first, or the server's
// own name in the audience of JWTs as the id, and AlreadyExists for an id that is taken.
func (s Operator) AddApplication(ctx context.Context, id, name string, rights []string, organisations ...string) (Application, error) {
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
	if err == nil && slices.Contains(rights, RightContact) {
		err = contactNeedsSecret()
	}
	if err != nil {
		return Application{}, err
	}
	links, err := s.linksTo(ctx, organisations)
	if err != nil {
		return Application{}, err
	}
	return once(ctx, s, func(keep remember[Application]) (Application, error) {
		row := store.Application{ID: id, Name: name, Rights: text, CreatedAt: store.TimeOf(s.now())}
		err := s.inTx(ctx, func(tx *tx) error {
			tx.record(s.applicationChanged(AuditApplicationAdded, id, details{"rights": strings.Fields(text)}))
			if err := tx.InsertApplication(ctx, row); err != nil {
				return err
			}
			if err := s.link(ctx, tx, id, links); err != nil {
				return err
			}
			return keep(ctx, tx, Application(row))
		})
		return Application(row), takenErr(err, "id")
	})
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

// FindApplications returns up to limit applications whose ids are above after, by id, with
// the codes of the organisations whose members each may see.
func (s Operator) FindApplications(ctx context.Context, after string, limit int) ([]ApplicationWithLinks, error) {
	rows, err := s.store.FindApplications(ctx, after, limit)
	if err != nil {
		return nil, storeErr(err)
	}
	links, err := s.store.LinkedOrganisations(ctx, convert(rows, func(row store.Application) string { return row.ID }))
	return convert(rows, func(row store.Application) ApplicationWithLinks {
		return ApplicationWithLinks{Application(row), links[row.ID]}
	}), storeErr(err)
}

// DeleteApplication deletes an application with its secrets. Sessions that were opened for
// it stay.
func (s Operator) DeleteApplication(ctx context.Context, id string) error {
	err := s.inTx(ctx, func(tx *tx) error {
		if err := tx.TakeVersion(ctx, store.VersionedApplications, "id", id, s.version); err != nil {
			return err
		}
		tx.record(s.applicationChanged(AuditApplicationDeleted, id, nil))
		return tx.DeleteApplication(ctx, id)
	})
	return toAPIErr(err, apierr.UnknownApplication)
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

// contactNeedsSecret is the failure of giving RightContact to an application that cannot
// prove itself.
func contactNeedsSecret() error {
	return &apierr.Error{Code: apierr.InvalidField, Field: "rights", Reason: apierr.NeedsSecret, Expected: RightContact}
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
