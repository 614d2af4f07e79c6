package account

import (
	"context"
	"errors"
	"slices"
	"strings"

	"quartet/server/apierr"
	"quartet/store"
)

// ApplicationWithLinks is an application with the codes of the organisations whose members
// it may see, in order.
type ApplicationWithLinks struct {
	Application
	Organisations []string
}

// ApplicationChange is a change of an application; nil leaves a fact as it is. Rights and
// Organisations replace those before. A disabled application is unknown to UserInfo.
type ApplicationChange struct {
	EntryChange
	Rights, Organisations *[]string
}

// applicationChange is an ApplicationChange that was checked: what it changes alone.
type applicationChange struct {
	name, rights *string
	disabled     *bool
	link, unlink map[string]int64 // organisations by their codes
}

// ChangeApplication changes an application. Failures are UnknownApplication, InvalidField, also
// for the right contact without a secret that works, and PreconditionFailed for another version
// than the operator wants.
func (s Operator) ChangeApplication(ctx context.Context, id string, change ApplicationChange) (ApplicationWithLinks, error) {
	changes, err := s.checkApplicationChange(ctx, id, change)
	if err != nil {
		return ApplicationWithLinks{}, err
	}
	if changes.rights != nil {
		if err := s.givesAuthority(s.caller, "rights"); err != nil {
			return ApplicationWithLinks{}, err
		}
	}
	err = s.inTx(ctx, func(tx *tx) error {
		if err := tx.TakeVersion(ctx, store.VersionedApplications, "id", id, s.version); err != nil {
			return err
		}
		return s.applyApplicationChange(ctx, tx, id, changes)
	})
	if err != nil {
		return ApplicationWithLinks{}, toAPIErr(err, apierr.UnknownApplication)
	}
	return s.ApplicationWithLinks(ctx, id)
}

// ApplicationWithLinks finds an application. The failure is UnknownApplication.
func (s Operator) ApplicationWithLinks(ctx context.Context, id string) (ApplicationWithLinks, error) {
	application, organisations, err := s.Application(ctx, id)
	codes := convert(organisations, func(o Organisation) string { return o.Code })
	slices.Sort(codes)
	return ApplicationWithLinks{application, codes}, err
}

func (s Operator) checkApplicationChange(ctx context.Context, id string, change ApplicationChange) (changes applicationChange, err error) {
	before, err := s.ApplicationWithLinks(ctx, id)
	if err != nil {
		return changes, err
	}
	if name := change.Name; name != nil && *name != before.Name {
		changes.name, err = name, checkName(*name)
	}
	if disabled := change.Disabled; disabled != nil && *disabled != (before.DisabledAt != nil) {
		changes.disabled = disabled
	}
	if err == nil && change.Rights != nil {
		var text string
		if text, err = rightsText(*change.Rights); text != before.Rights {
			changes.rights = &text
		}
		if err == nil && changes.rights != nil && slices.Contains(*change.Rights, RightContact) {
			err = s.checkHasSecret(ctx, id)
		}
	}
	if err != nil || change.Organisations == nil {
		return changes, err
	}
	wanted := *change.Organisations
	if changes.link, err = s.linksTo(ctx, without(slices.Clone(wanted), before.Organisations)); err != nil {
		return changes, err
	}
	changes.unlink, err = s.linksTo(ctx, without(before.Organisations, wanted))
	return changes, err
}

// checkHasSecret returns contactNeedsSecret for an application without a secret that works.
func (s Operator) checkHasSecret(ctx context.Context, id string) error {
	secrets, err := s.store.ApplicationSecrets(ctx, id)
	if err != nil {
		return storeErr(err)
	}
	if !slices.ContainsFunc(secrets, func(secret store.ApplicationSecret) bool { return secret.RevokedAt == nil }) {
		return contactNeedsSecret()
	}
	return nil
}

func (s Operator) applyApplicationChange(ctx context.Context, tx *tx, id string, c applicationChange) error {
	if c.name != nil {
		tx.record(s.applicationChanged(AuditApplicationRenamed, id, nil))
		if err := tx.RenameApplication(ctx, id, *c.name); err != nil {
			return err
		}
	}
	if c.rights != nil {
		tx.record(s.applicationChanged(AuditApplicationRights, id, details{"rights": strings.Fields(*c.rights)}))
		if err := tx.SetApplicationRights(ctx, id, *c.rights); err != nil {
			return err
		}
	}
	if c.disabled != nil {
		tx.record(s.applicationChanged(either(*c.disabled, AuditApplicationDisabled, AuditApplicationEnabled), id, nil))
		if err := tx.SetApplicationDisabled(ctx, id, *c.disabled, store.TimeOf(s.now())); err != nil {
			return err
		}
	}
	if err := s.link(ctx, tx, id, c.link); err != nil {
		return err
	}
	for code, organisationID := range c.unlink {
		tx.record(s.applicationChanged(AuditApplicationUnlinked, id, details{"organisation": code}))
		if err := tx.RemoveApplicationOrganisation(ctx, id, organisationID); err != nil {
			return err
		}
	}
	return nil
}

// linksTo finds the organisations with these codes. The failure is InvalidField with field
// organisations.
func (s Operator) linksTo(ctx context.Context, codes []string) (map[string]int64, error) {
	links := map[string]int64{}
	for _, code := range codes {
		row, err := s.store.OrganisationByCode(ctx, code)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return nil, apierr.Field("organisations", apierr.NotInEnum)
		case err != nil:
			return nil, storeErr(err)
		}
		links[code] = row.ID
	}
	return links, nil
}

// link lets an application see the members of organisations.
func (s Operator) link(ctx context.Context, tx *tx, id string, organisations map[string]int64) error {
	for code, organisationID := range organisations {
		added, err := tx.AddApplicationOrganisation(ctx, id, organisationID)
		if err != nil {
			return err
		}
		if added {
			tx.record(s.applicationChanged(AuditApplicationLinked, id, details{"organisation": code}))
		}
	}
	return nil
}

// AddApplicationOrganisation lets an application see an organisation's members.
// Repeating it is no failure.
func (s Operator) AddApplicationOrganisation(ctx context.Context, id, organisation string) error {
	of, err := s.applicationOrganisation(ctx, id, organisation)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(tx *tx) error {
		if err := tx.TakeVersion(ctx, store.VersionedApplications, "id", id, nil); err != nil {
			return err
		}
		return s.link(ctx, tx, id, map[string]int64{of.Code: of.ID})
	})
	return toAPIErr(err, apierr.UnknownApplication)
}

// RemoveApplicationOrganisation keeps an application from seeing an organisation's
// members. The failure is InvalidField with field organisation if it did not see
// them.
func (s Operator) RemoveApplicationOrganisation(ctx context.Context, id, organisation string) error {
	of, err := s.applicationOrganisation(ctx, id, organisation)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(tx *tx) error {
		if err := tx.TakeVersion(ctx, store.VersionedApplications, "id", id, nil); err != nil {
			return err
		}
		tx.record(s.applicationChanged(AuditApplicationUnlinked, id, details{"organisation": organisation}))
		return tx.RemoveApplicationOrganisation(ctx, id, of.ID)
	})
	return codeErr(err, "organisation")
}

func (s Operator) applicationOrganisation(ctx context.Context, id, organisation string) (Organisation, error) {
	if _, err := s.store.ApplicationByID(ctx, id); err != nil {
		return Organisation{}, toAPIErr(err, apierr.UnknownApplication)
	}
	return s.Organisation(ctx, organisation)
}
