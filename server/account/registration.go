package account

import (
	"context"
	"errors"
	"slices"
	"strings"

	"quartet/server/account/nametext"
	"quartet/server/apierr"
	"quartet/store"
)

// Values of CreateSource. A sign-in stores the client's own word instead, unless it is
// one of these.
const (
	sourceRegistration  = "registration"
	sourceAdministrator = "administrator"
	sourceCommandLine   = "command_line"
	sourceApplication   = "application" // with the right to add users
	sourceWeChat        = "wechat"
	sourceSetUp         = "setup" // the first super administrator
)

// ownSources are values of CreateSource that a client cannot choose: the service's own,
// and those of imports.
var ownSources = []string{
	sourceAdministrator, sourceCommandLine, sourceApplication, sourceSetUp,
	"jpress", "ruoyi", "jeecg", "abp", "yudao", "yudao-member",
}

// clientSource is the source that a client names for a user who registers by signing in.
func clientSource(named string) string {
	if slices.Contains(ownSources, strings.ToLower(named)) {
		return sourceRegistration
	}
	return named
}

// NewUser is a user to create. It has no id, role or status, because the caller cannot
// choose them.
type NewUser struct {
	Username string  // required, 2 to 64 characters
	Password *string // nil: none, the user signs in by other means
	Profile
	Identity, Remark *string // ignored except from administrators
}

// CreateUser creates a user (operation 7) and returns its id. caller is nil without a
// session. Only administrators may, or with open registration everyone: the failure is
// Forbidden, or Unauthenticated without caller. Others are InvalidField, WeakPassword,
// UsernameTaken and EmailTaken, and TooManyRequests with RetryAfter except for
// administrators. E-mail and mobile are stored unverified.
func (s *Service) CreateUser(ctx context.Context, caller *Caller, clientIP string, n NewUser) (int64, error) {
	if err := s.mayCreate(caller); err != nil {
		return 0, err
	}
	r := registration{NewUser: n, source: sourceRegistration, role: RoleMember}
	var by Caller
	if caller != nil {
		by, r.by = *caller, &caller.UserID
	}
	if by.isAdministrator() {
		r.source = sourceAdministrator
	} else {
		r.Identity, r.Remark = nil, nil
		// These limit how many rows strangers can create, and how often they can ask
		// whether a user name or an e-mail is taken.
		r.limits = append(s.registrationsOf(clientIP), s.inAll("register", s.limits.RegisterGlobal, clientIP, true)...)
	}
	r.created = by.eventBy(AuditUserCreated, 0, details{"way": r.source})
	return s.register(ctx, r)
}

// registration is a NewUser with the values that the caller does not choose.
type registration struct {
	NewUser
	source, role                  string
	by                            *int64
	emailVerified, mobileVerified bool
	limits                        []store.RateLimit // not counted yet; empty without limits
	created                       event             // to record, without its subject
	remember                      remember[int64]   // the id, in the transaction; nil: nothing to do
}

func (s *Service) register(ctx context.Context, r registration) (int64, error) {
	draft, err := s.columns(0, r.update())
	if err != nil {
		return 0, err
	}
	// Invalid input is not counted. A password is counted before it is hashed, because
	// hashing is expensive; everything else together with its row.
	if r.Password != nil {
		if err := s.count(ctx, &r); err != nil {
			return 0, err
		}
	}
	id, err := s.addUser(ctx, r, draft)
	if err != nil && !apierr.Is(err, apierr.TooManyRequests) {
		// A refusal can reveal who is registered, so it counts too.
		if err := s.count(ctx, &r); err != nil {
			return 0, err
		}
	}
	return id, err
}

// count counts r against its limits, unless that has been done.
func (s *Service) count(ctx context.Context, r *registration) error {
	if len(r.limits) == 0 {
		return nil
	}
	limits := r.limits
	r.limits = nil
	return s.consumeRateLimits(ctx, limits)
}

// addUser adds, counts and records the user in one transaction.
func (s *Service) addUser(ctx context.Context, r registration, draft store.UserChange) (id int64, err error) {
	if err := s.checkFree(ctx, 0, draft); err != nil {
		return 0, err
	}
	hash, err := s.newHash(ctx, "password", r.Password, ownWords(&r.Username, r.Profile)...)
	if err != nil {
		return 0, err
	}
	err = s.withNewID(func(newID int64) error {
		id, r.created.subject = newID, newID
		row, err := s.row(id, r, hash) // before the transaction, for which others may be waiting
		if err != nil {
			return err
		}
		return s.inTxOnce(ctx, func(tx *tx) error {
			if err := tx.ConsumeRateLimits(ctx, r.limits, row.CreatedAt); err != nil {
				return err
			}
			tx.record(r.created)
			if err := tx.InsertUser(ctx, row); err != nil || r.remember == nil {
				return err
			}
			return r.remember(ctx, tx, newID)
		})
	})
	return id, storeErr(err)
}

func (n NewUser) update() UserUpdate {
	return UserUpdate{Profile: n.Profile, Username: &n.Username, Identity: n.Identity, Remark: n.Remark}
}

// row returns the new user's row, sealed for id.
func (s *Service) row(id int64, r registration, hash *string) (store.User, error) {
	columns, err := s.columns(id, r.update())
	if err != nil {
		return store.User{}, err
	}
	row := s.newUser(id, r.source)
	applyTo(&row, columns)
	row.Role, row.CreatedBy, row.UpdatedBy, row.PasswordHash = r.role, r.by, r.by, hash
	if hash != nil {
		row.PasswordChangedAt = &row.CreatedAt
	}
	setVerified(&row, r.emailVerified, r.mobileVerified, row.CreatedAt)
	return row, nil
}

// setVerified marks the e-mail and mobile of a new row as verified.
func setVerified(row *store.User, email, mobile bool, at store.Time) {
	if email && row.EmailKey != nil {
		row.EmailVerifiedAt = &at
	}
	if mobile && row.MobileIndex != nil {
		row.MobileVerifiedAt = &at
	}
}

// countTaken counts, before it is answered, that a user learns whether an e-mail is taken.
// Creating users has the same counter of a client IP. Administrators can read all users.
func (s *Service) countTaken(ctx context.Context, caller Caller) error {
	own := s.limits.TakenPerUser.limit("taken:" + s.sealer.Index(userSubject(caller.UserID)))
	return s.consumeRateLimits(ctx, append(s.registrationsOf(requestInfo(ctx).ClientIP), own))
}

func (s *Service) registrationsOf(clientIP string) []store.RateLimit {
	return s.perClient("register", s.limits.RegisterPerIP, clientIP)
}

// checkFree refuses an e-mail that another user than userID has, verified or not, and a
// user name that looks like another's in other letters. A mobile is not checked:
// unverified it is no way to sign in, and a refusal would reveal which numbers are
// registered. The database checks keys again; this gives a clear failure
// early.
func (s *Service) checkFree(ctx context.Context, userID int64, c store.UserChange) error {
	if err := s.checkLookalike(ctx, userID, c.Username); err != nil || c.EmailKey == nil {
		return err
	}
	owner, err := s.userOfEmail(ctx, *c.Email, *c.EmailKey)
	return freeFor(userID, "email", owner, err)
}

// freeFor is the failure of a value that another user than userID has. owner and err are
// what was found by it.
func freeFor(userID int64, what string, owner store.User, err error) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return storeErr(err)
	case owner.ID != userID:
		return storeErr(store.ConflictError{What: what})
	}
	return nil
}

// checkLookalike refuses a user name wholly in Cyrillic or Greek letters where another
// user has the name in Latin letters that it looks like.
func (s *Service) checkLookalike(ctx context.Context, userID int64, name *string) error {
	lookalike, found := nametext.LatinLookalike(valueOf(name))
	key, err := usernameKey(lookalike)
	if !found || err != nil {
		return nil
	}
	owner, err := s.store.UserByUsernameKey(ctx, key)
	return freeFor(userID, "username", owner, err)
}
