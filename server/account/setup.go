package account

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"quartet/server/apierr"
	"quartet/server/token"
	"quartet/store"
)

// SetUpTime is how long a token of the first start works.
const SetUpTime = 15 * time.Minute

const (
	// setUpMetadata names the metadata that holds the hashes of the tokens.
	setUpMetadata = "setup"
	// mostSetUpTokens bounds them; each start of a server gives one.
	mostSetUpTokens = 20
)

// setUpToken is a token of the first start, of which the hash alone is stored.
type setUpToken struct {
	Hash    store.Digest
	Expires store.Time
}

// NewSetUpToken returns a token with which whoever has it makes the first super
// administrator, within SetUpTime and at any server of the database; "" where there are
// users. It makes useless no token that another server has given.
func (s *Service) NewSetUpToken(ctx context.Context) (text string, err error) {
	stored, tokens, err := s.setUpTokens(ctx)
	if err != nil {
		return "", err
	}
	now := s.now()
	tokens = slices.DeleteFunc(tokens, func(t setUpToken) bool { return t.Expires <= store.TimeOf(now) })
	tokens = tokens[max(0, len(tokens)-mostSetUpTokens+1):]
	text = token.NewSetUp()
	changed, err := json.Marshal(append(tokens, setUpToken{hashOf(text), store.TimeOf(now.Add(SetUpTime))}))
	if err != nil {
		return "", apierr.Wrap(apierr.Internal, err)
	}
	hasUsers := false
	err = s.store.InTx(ctx, func(tx store.Tx) (err error) {
		hasUsers, err = tx.HasUsers(ctx)
		switch {
		case err != nil, hasUsers && stored == "":
			return err
		case hasUsers:
			return tx.ReplaceMetadata(ctx, setUpMetadata, stored, "")
		default:
			return tx.ReplaceMetadata(ctx, setUpMetadata, stored, string(changed))
		}
	})
	switch {
	case errors.Is(err, store.ErrNotFound): // another server has just started
		return s.NewSetUpToken(ctx)
	case err != nil, hasUsers:
		return "", storeErr(err)
	}
	return text, nil
}

// setUpTokens are the stored tokens, and the text that they are stored as.
func (s *Service) setUpTokens(ctx context.Context) (stored string, tokens []setUpToken, err error) {
	stored, err = s.store.Metadata(ctx, setUpMetadata)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, storeErr(err)
	}
	if err := json.Unmarshal([]byte(stored), &tokens); err != nil {
		return "", nil, apierr.Wrap(apierr.Internal, err)
	}
	return stored, tokens, nil
}

// SetUp makes the first super administrator.
type SetUp struct {
	Token               string // of NewSetUpToken
	Username, Password  string
	Dialect             string // in which the session is opened
	ClientIP, UserAgent string
}

// SetUp makes the first super administrator and signs them in. A token works once, and
// makes all others useless. Failures are SetUpClosed for a token that is wrong, used or
// expired and where there are users, TooManyRequests for a client IP with too many of
// those, InvalidField, WeakPassword and Overloaded; after the last three the token is
// still good.
func (s *Service) SetUp(ctx context.Context, in SetUp) (SignInResult, error) {
	if err := s.mayTryCode(ctx, in.ClientIP); err != nil {
		return SignInResult{}, err
	}
	stored, err := s.checkSetUpToken(ctx, in.Token)
	if err != nil {
		return SignInResult{}, s.refuseSetUp(ctx, in, err)
	}
	r := registration{
		NewUser: NewUser{Username: in.Username, Password: &in.Password}, role: RoleSuperAdministrator, source: sourceSetUp,
	}
	if _, err := s.columns(0, r.update()); err != nil {
		return SignInResult{}, err
	}
	hash, err := s.newHash(ctx, "password", r.Password, ownWords(&r.Username, r.Profile)...)
	if err != nil {
		return SignInResult{}, err
	}
	var session store.Session
	err = s.inTx(ctx, func(tx *tx) (err error) {
		session, err = s.setUp(ctx, tx, in, r, hash, stored)
		return err
	})
	if err = toAPIErr(err, apierr.SetupClosed); err != nil {
		return SignInResult{}, s.refuseSetUp(ctx, in, err)
	}
	jwt, err := s.signJWT(session.ID, session.UserID, nil, session.AccessExpiresAt)
	if err != nil {
		return SignInResult{}, err
	}
	result := newSignInResult(session, jwt)
	result.User, err = s.user(ctx, session.UserID)
	return result, err
}

// setUp adds the user and opens their session. It uses up the tokens, in the form in which
// they were read: of two servers that do so at once one finds them changed.
func (s *Service) setUp(ctx context.Context, tx *tx, in SetUp, r registration, hash *string, stored string) (session store.Session, err error) {
	if err := tx.ReplaceMetadata(ctx, setUpMetadata, stored, ""); err != nil {
		return session, err
	}
	switch found, err := tx.HasUsers(ctx); {
	case err != nil:
		return session, err
	case found:
		return session, apierr.New(apierr.SetupClosed)
	}
	row, err := s.row(s.ids.Next(), r, hash)
	if err != nil {
		return session, err
	}
	if err := tx.InsertUser(ctx, row); err != nil {
		return session, err
	}
	tx.record(event{
		kind: AuditUserCreated, actor: row.ID, subject: row.ID, dialect: in.Dialect, clientIP: in.ClientIP,
		detail: details{"way": sourceSetUp, "role": r.role},
	})
	session = s.sessionRow(row.ID, in.Dialect, OpenedByPassword, in.ClientIP, in.UserAgent)
	session.ID = s.ids.Next()
	return session, s.openSession(ctx, tx, session, nil)
}

// checkSetUpToken returns what the tokens are stored as if text is one of them.
func (s *Service) checkSetUpToken(ctx context.Context, text string) (stored string, err error) {
	stored, tokens, err := s.setUpTokens(ctx)
	if err != nil {
		return "", err
	}
	hash, now := hashOf(text), store.TimeOf(s.now())
	for _, t := range tokens {
		if matches(&t.Hash, hash) && t.Expires > now {
			return stored, nil
		}
	}
	return "", apierr.New(apierr.SetupClosed)
}

// SetUpWorks reports whether a token of NewSetUpToken can still be used.
func (s *Service) SetUpWorks(ctx context.Context, token string) (bool, error) {
	_, err := s.checkSetUpToken(ctx, token)
	if apierr.Is(err, apierr.SetupClosed) {
		return false, nil
	}
	return err == nil, err
}

// refuseSetUp counts and records a token that does not work; other failures stay.
func (s *Service) refuseSetUp(ctx context.Context, in SetUp, failed error) error {
	if !apierr.Is(failed, apierr.SetupClosed) {
		return failed
	}
	refused := s.refuseCode(ctx, in.ClientIP, event{
		kind: AuditSignInFailed, dialect: in.Dialect, clientIP: in.ClientIP,
		detail: details{"way": sourceSetUp, "reason": reasonWrong},
	})
	if apierr.Is(refused, apierr.WrongCode) {
		return failed
	}
	return refused
}
