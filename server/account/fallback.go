package account

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"quartet/server/apierr"
	"quartet/store"
)

// OldBackEnd asks the back end that people come from whose a password or a token is. The
// user is nil if it says no; an error means that it gave no answer. Neither keeps or logs
// what it is given.
type OldBackEnd interface {
	UserOfPassword(ctx context.Context, account, password string) (*ImportedUser, error)
	UserOfToken(ctx context.Context, token string) (*ImportedUser, error)
}

// What a sign-in was told by the old back end, in the audit.
const (
	oldSaidNo        = "refused"
	oldSaidNothing   = "unavailable"
	oldUserDisabled  = "disabled_there"
	oldUserErased    = "closed_here"
	oldUserNotMember = "administrator_here"
	oldUserPassword  = "password_changed_here"
	oldTokenUsed     = "token_used"
)

// errNoAnswer means that the old back end did not answer.
var errNoAnswer = errors.New("account: the old back end did not answer")

// wayFallback is the way in the events of users whom the old back end let in.
const wayFallback = "fallback"

// asksOldBackEnd reports whether a sign-in by password is decided by the old back end: an
// unknown account is, and one without a password.
func (s *Service) asksOldBackEnd(user store.User, found bool) bool {
	return s.oldBackEnd != nil && (!found || user.PasswordHash == nil && user.DisabledAt == nil && user.ClosingAt == nil)
}

// waitForRefusal waits until a refusal that began at started may be answered. With an old
// back end all refusals take the same time, because an account that was asked for there
// would take longer than one that has a password here.
func (s *Service) waitForRefusal(ctx context.Context, started time.Time) {
	timer := time.NewTimer(time.Until(started.Add(s.limits.FallbackRefusal)))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// movedIn is whom the old back end let in.
type movedIn struct {
	user store.User
	// proven is false if the user has a password here, which then decides.
	proven bool
	reason string // of a refusal, "" for none
}

// moveIn asks the old back end for a sign-in by password, and imports the user. The guess
// is counted before. Concurrent requests with the same account, password and client IP
// are one guess, and ask once. The failure is WrongCredentials, whatever the reason.
func (s *Service) moveIn(ctx context.Context, in PasswordSignIn, user store.User, found bool) (movedIn, error) {
	g := s.signInGuess(in, user, found)
	g.lockKey = s.sealer.Index(g.lockKey + "\x00" + in.Password)
	g.disabled = false
	return shared(ctx, s, &s.asked, g.lockKey, func() (movedIn, error) {
		ctx, cancel := withoutCancel(ctx)
		defer cancel()
		return s.askAndImport(ctx, in, user, g)
	})
}

func (s *Service) askAndImport(ctx context.Context, in PasswordSignIn, user store.User, g guess) (movedIn, error) {
	var person moving
	var moved movedIn
	g.elsewhere = func(ctx context.Context) (right bool, err error) {
		there, err := s.askOldBackEnd(ctx, func(ctx context.Context) (*ImportedUser, error) {
			return s.oldBackEnd.UserOfPassword(ctx, in.Account, in.Password)
		})
		if err != nil {
			return false, err
		}
		person, moved, err = s.welcome(ctx, there, &in.Password)
		return moved.reason == "", err
	}
	v, err := s.compare(ctx, g, in.Password, func(tx *tx, v verdict) error {
		if !v.right {
			refused := passwordRefused(in, user, g, v)
			if !v.locked {
				refused.detail[wayFallback] = moved.reason
			}
			tx.record(refused)
			return nil
		}
		moved.reason = ""
		return s.importMoving(ctx, tx, person, &moved, func(user store.User, created bool) event {
			if created {
				return registered(user.ID, wayFallback, in.Dialect, in.ClientIP)
			}
			return event{
				kind: AuditPasswordSet, actor: user.ID, subject: user.ID, dialect: in.Dialect, clientIP: in.ClientIP,
				detail: details{"way": wayFallback},
			}
		})
	})
	switch {
	case errors.Is(err, errNoAnswer):
		s.log.WarnContext(ctx, "the old back end did not answer", "error", err)
		refused := passwordRefused(in, user, g, verdict{})
		refused.detail[wayFallback] = oldSaidNothing
		s.audit(ctx, refused)
		return movedIn{}, apierr.New(apierr.WrongCredentials)
	case err != nil:
		return movedIn{}, err
	case !v.right, moved.reason != "":
		return movedIn{}, apierr.New(apierr.WrongCredentials)
	}
	return moved, nil
}

// askOldBackEnd asks within FallbackTimeout. The error is errNoAnswer, with its cause.
func (s *Service) askOldBackEnd(ctx context.Context, ask func(context.Context) (*ImportedUser, error)) (*ImportedUser, error) {
	ctx, cancel := context.WithTimeout(ctx, s.limits.FallbackTimeout)
	defer cancel()
	user, err := ask(ctx)
	if err != nil {
		return nil, errors.Join(errNoAnswer, err)
	}
	return user, nil
}

// moving is a user of the old back end who may come in.
type moving struct {
	ImportedUser
	hash    *string  // of the password that was right there; nil: none
	dropped []string // fields that are left out
}

// welcome decides whether a user of the old back end may come in, and hashes the password
// if it will be stored. Anybody is known by the id there alone: a name, a mobile or an
// e-mail address that somebody has here makes nobody that user.
func (s *Service) welcome(ctx context.Context, there *ImportedUser, password *string) (moving, movedIn, error) {
	switch {
	case there == nil:
		return moving{}, movedIn{reason: oldSaidNo}, nil
	case there.Disabled, there.Deleted:
		return moving{}, movedIn{reason: oldUserDisabled}, nil
	}
	if there.Alias == "" || checkText("id", there.Alias, longestAlias) != nil {
		return moving{}, movedIn{}, errors.Join(errNoAnswer, errors.New("its user has no id that can be stored"))
	}
	erased, err := s.WasErased(ctx, s.oldSource, there.Alias)
	if err != nil {
		return moving{}, movedIn{}, err
	}
	if erased {
		return moving{}, movedIn{reason: oldUserErased}, nil
	}
	here, err := s.store.ImportedUsers(ctx, s.oldSource, []string{there.Alias})
	if err != nil {
		return moving{}, movedIn{}, storeErr(err)
	}
	if len(here) > 0 {
		if reason := refusedHere(here[0].User); reason != "" {
			return moving{}, movedIn{reason: reason}, nil
		}
	}
	person := moving{ImportedUser: *there}
	if password != nil && (len(here) == 0 || here[0].PasswordHash == nil) {
		hash, err := s.hasher.Hash(ctx, *password)
		if err != nil {
			return moving{}, movedIn{}, s.hashErr(err)
		}
		person.hash = &hash
	}
	if len(here) == 0 {
		if err := s.dropTaken(ctx, &person); err != nil {
			return moving{}, movedIn{}, err
		}
	}
	return person, movedIn{}, nil
}

// refusedHere says why the old back end's word lets a user of this server not in: "" for
// nothing. An administrator is one here, and not there.
func refusedHere(user store.User) string {
	switch {
	case user.DisabledAt != nil:
		return reasonDisabled
	case user.PasswordHash == nil && user.ClosingAt != nil:
		return oldUserErased
	case user.PasswordHash == nil && user.Role != RoleMember:
		return oldUserNotMember
	}
	return ""
}

// dropTaken leaves out what a new user cannot have: values that no user may have, a user
// name or an e-mail address that somebody else has here. The old back end proves no
// mobile and no e-mail address.
func (s *Service) dropTaken(ctx context.Context, person *moving) error {
	drop := func(field string) bool {
		if field == "username" && person.Username != "" {
			person.Username = ""
		} else if field == "email" && person.Email != nil {
			person.Email = nil
		} else {
			return false
		}
		person.dropped = append(person.dropped, field)
		return true
	}
	person.EmailVerified, person.MobileVerified, person.PasswordHash, person.Department = false, false, "", ""
	person.nameFromWayIn()
	for _, invalid := range person.DropInvalid() {
		person.dropped = append(person.dropped, invalid.Field)
	}
	for {
		row, err := s.NewImporter(ImportOptions{Source: s.oldSource}).importedRow(person.ImportedUser)
		if apierr.Is(err, apierr.InvalidField) && drop(apierr.As(err).Field) {
			continue
		}
		if err != nil {
			return apierr.Wrap(apierr.Internal, err)
		}
		outcomes, err := s.store.CheckImport(ctx, s.oldSource, []store.ImportedUser{row}, false, nil)
		if err != nil {
			return storeErr(err)
		}
		conflict, isConflict := errors.AsType[store.ConflictError](outcomes[0])
		if !isConflict || !drop(conflict.What) {
			return nil
		}
	}
}

// nameFromWayIn takes a user name that is a mobile or an e-mail address for that, because
// no user name can be one.
func (m *moving) nameFromWayIn() {
	name := m.Username
	switch {
	case mobilePattern.MatchString(name):
		m.Username = ""
		if filled(m.Mobile) == nil {
			m.Mobile = &name
		}
	case strings.Contains(name, "@"):
		m.Username = ""
		if filled(m.Email) == nil {
			m.Email = &name
		}
	}
}

// importMoving adds the user, or gives the one who was imported before the password that
// was right, and sets moved. change is the event of either.
func (s *Service) importMoving(ctx context.Context, tx *tx, person moving, moved *movedIn, change func(user store.User, created bool) event) error {
	user, err := tx.ImportedUser(ctx, s.oldSource, person.Alias)
	if errors.Is(err, store.ErrNotFound) {
		return s.addMoving(ctx, tx, person, moved, change)
	}
	if err != nil {
		return err
	}
	*moved = movedIn{user: user, proven: true, reason: refusedHere(user)}
	switch {
	case user.PasswordHash != nil:
		moved.proven = false
		return nil
	case moved.reason != "", person.hash == nil:
		return nil
	}
	tx.record(change(user, false))
	moved.user.PasswordHash = person.hash
	return tx.SetFirstPassword(ctx, user.ID, *person.hash, store.TimeOf(s.now()))
}

func (s *Service) addMoving(ctx context.Context, tx *tx, person moving, moved *movedIn, change func(user store.User, created bool) event) error {
	row, err := s.NewImporter(ImportOptions{Source: s.oldSource}).importedRow(person.ImportedUser)
	if err != nil {
		return apierr.Wrap(apierr.Internal, err)
	}
	row.PasswordHash = person.hash
	added := change(row.User, true)
	added.detail["source"] = s.oldSource
	if len(person.dropped) > 0 {
		slices.Sort(person.dropped)
		added.detail["dropped"] = person.dropped
	}
	tx.record(added)
	*moved = movedIn{user: row.User, proven: true}
	return tx.AddImportedUser(ctx, s.oldSource, row)
}

// isPasswordThere reports whether a text is the password of a user of this server, who
// has none here, at the old back end. No answer is a wrong password.
func (s *Service) isPasswordThere(ctx context.Context, user store.User, text string) (bool, error) {
	name, err := s.accountOf(user)
	if name == "" || err != nil {
		return false, err
	}
	there, err := s.askOldBackEnd(ctx, func(ctx context.Context) (*ImportedUser, error) {
		return s.oldBackEnd.UserOfPassword(ctx, name, text)
	})
	if err != nil {
		s.log.WarnContext(ctx, "the old back end did not answer", "error", err)
		return false, nil
	}
	if there == nil || there.Disabled || there.Deleted {
		return false, nil
	}
	here, err := s.store.ImportedUsers(ctx, s.oldSource, []string{there.Alias})
	return err == nil && len(here) == 1 && here[0].ID == user.ID, storeErr(err)
}

// accountOf is what a user types to sign in at the old back end: the user name, else the
// e-mail address, else the mobile.
func (s *Service) accountOf(user store.User) (string, error) {
	switch {
	case filled(user.Username) != nil:
		return *user.Username, nil
	case filled(user.Email) != nil:
		return *user.Email, nil
	}
	return s.unseal(user.MobileSealed, mobileContext(user.ID))
}
