package account

import (
	"context"
	"errors"

	"quartet/server/apierr"
	"quartet/store"
)

// Where a user came from, as CreateSource says it. A sign-in by one-time code
// writes the caller's own word instead.
const (
	sourceRegistration  = "registration"
	sourceAdministrator = "administrator"
	sourceCommandLine   = "command_line"
	sourceWeChat        = "wechat"
)

// NewUser is a user to create. There is no field for id, role or status: nobody
// sets those this way.
type NewUser struct {
	Username string  // required, 2 to 64 characters
	Password *string // nil: none, the user has the other ways in
	Profile
	Identity, Remark *string // an administrator's to set, else ignored
}

// CreateUser creates a user (operation 7) and gives its id. caller is nil for
// somebody not signed in, address is the client's. Only administrators may, or
// anybody where registration is open: the failure is Forbidden, or
// Unauthenticated without caller. Others are InvalidField, WeakPassword,
// UsernameTaken and EmailTaken, and TooManyRequests with RetryAfter for whoever
// is no administrator. E-mail and mobile are kept unverified.
func (s *Service) CreateUser(ctx context.Context, caller *Caller, address string, n NewUser) (int64, error) {
	if err := s.mayCreate(caller); err != nil {
		return 0, err
	}
	draft := registration{NewUser: n, source: sourceRegistration, role: store.RoleMember}
	var by Caller // nobody, where registration is open
	if caller != nil {
		by, draft.by = *caller, &caller.UserID
	}
	if caller != nil && caller.isAdministrator() {
		draft.source = sourceAdministrator
	} else {
		draft.Identity, draft.Remark = nil, nil
		draft.limits = s.registrationLimits(address)
	}
	draft.created = by.eventBy(AuditUserCreated, 0, details{"way": draft.source})
	return s.register(ctx, draft)
}

// registration is a NewUser with what its sender does not choose.
type registration struct {
	NewUser
	source, role                  string
	by                            *int64
	emailVerified, mobileVerified bool
	limits                        []store.RateLimit // yet to be counted against; none for those whom nothing limits
	created                       event             // to tell, of the new user
}

// registrationQuotas bound what strangers can fill the database with, and how
// often they can ask whether a user name or an e-mail is taken.
func (s *Service) registrationLimits(address string) []store.RateLimit {
	return []store.RateLimit{
		s.limits.RegisterPerIP.limit("register-address:" + s.clientIPKey(address)),
		s.limits.RegisterGlobal.limit("register-all"),
	}
}

func (s *Service) register(ctx context.Context, r registration) (int64, error) {
	if err := checkManaged(r.Identity, r.Remark); err != nil {
		return 0, err
	}
	draft, err := s.draft(0, r)
	if err != nil {
		return 0, err
	}
	// What breaks the contract costs nothing and is not counted. Hashing costs so
	// much that it is counted before; everybody else is counted with their row.
	if r.Password != nil {
		if err := s.count(ctx, &r); err != nil {
			return 0, err
		}
	}
	id, err := s.addUser(ctx, r, draft)
	if err != nil && !apierr.Is(err, apierr.TooManyRequests) {
		// Nothing was counted then, and a refusal can tell who is there.
		if err := s.count(ctx, &r); err != nil {
			return 0, err
		}
	}
	return id, err
}

// count counts r against its quotas now.
func (s *Service) count(ctx context.Context, r *registration) error {
	if len(r.limits) == 0 {
		return nil
	}
	quotas := r.limits
	r.limits = nil
	return s.consumeRateLimits(ctx, quotas)
}

// addUser adds the user, counts it and tells of it, all or nothing.
func (s *Service) addUser(ctx context.Context, r registration, draft store.UserChange) (id int64, err error) {
	if err := s.checkFree(ctx, 0, draft); err != nil {
		return 0, err
	}
	hash, err := s.newHash(ctx, "password", r.Password)
	if err != nil {
		return 0, err
	}
	err = s.withNewID(func(newID int64) error {
		id, r.created.subject = newID, newID
		row, err := s.row(id, r, hash) // before the transaction, which others may wait for
		if err != nil {
			return err
		}
		return s.inTxOnce(ctx, func(d *tx) error {
			if err := d.ConsumeRateLimits(ctx, r.limits, row.CreatedAt); err != nil {
				return err
			}
			d.record(r.created)
			return d.InsertUser(ctx, row)
		})
	})
	return id, storeErr(err)
}

// draft checks what r says and gives it as the columns of userID's row.
func (s *Service) draft(userID int64, r registration) (store.UserChange, error) {
	change, err := s.change(userID, r.Profile)
	if err != nil {
		return store.UserChange{}, err
	}
	change.Identity, change.Remark = r.Identity, r.Remark
	return change, setUsername(&change, r.Username)
}

// row is the new user's; what is sealed is sealed for id.
func (s *Service) row(id int64, r registration, hash *string) (store.User, error) {
	columns, err := s.draft(id, r)
	if err != nil {
		return store.User{}, err
	}
	row := s.newUser(id, r.source)
	applyTo(&row, columns)
	row.Role, row.CreatedBy, row.UpdatedBy, row.PasswordHash = r.role, r.by, r.by, hash
	if hash != nil {
		row.PasswordChangedAt = &row.CreatedAt
	}
	if r.emailVerified && row.EmailKey != nil {
		row.EmailVerifiedAt = &row.CreatedAt
	}
	if r.mobileVerified && row.MobileIndex != nil {
		row.MobileVerifiedAt = &row.CreatedAt
	}
	return row, nil
}

func setUsername(change *store.UserChange, username string) error {
	key, err := usernameKey(username)
	change.Username, change.UsernameKey = &username, &key
	return err
}

// checkManaged checks the texts that only administrators write.
func checkManaged(identity, remark *string) error {
	return checkTexts([]checkedText{{"identity", identity, 64}, {"remark", remark, 512}})
}

// checkFree refuses an e-mail that somebody other than userID has, proven or
// not: two claims would leave neither able to sign in by it. A mobile is not
// asked about. Unproven it signs nobody in, and a refusal would tell anybody
// which numbers are registered. The database has the last word; this is for a
// clear answer now.
func (s *Service) checkFree(ctx context.Context, userID int64, c store.UserChange) error {
	if c.EmailKey == nil {
		return nil
	}
	owner, err := s.store.UserByEmailKey(ctx, *c.EmailKey)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return storeErr(err)
	case owner.ID != userID:
		return taken(store.ConflictError{What: "email"})
	}
	return nil
}

// mobileOwner finds who has proven to own a mobile.
func (s *Service) mobileOwner(ctx context.Context, index store.Digest) (owner store.User, found bool, err error) {
	owner, err = s.store.UserByVerifiedMobile(ctx, index)
	if err = toAPIErr(err, apierr.UserNotFound); apierr.Is(err, apierr.UserNotFound) {
		return store.User{}, false, nil
	}
	return owner, err == nil, err
}
