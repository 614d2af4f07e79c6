package account

import (
	"context"
	"errors"
	"strconv"

	"quartet/server/apierr"
	"quartet/server/token"
	"quartet/store"
)

// MaxApplicationSecrets is how many secrets of an application work at the same time:
// the one in use, and the next one while it is put into use.
const MaxApplicationSecrets = 2

// ApplicationSecret is a secret of an application, without its text.
type ApplicationSecret struct {
	ID         int64
	CreatedAt  Time
	LastUsedAt *Time // to within LastSeenInterval
	RevokedAt  *Time
}

func newApplicationSecret(row store.ApplicationSecret) ApplicationSecret {
	return ApplicationSecret{ID: row.ID, CreatedAt: row.CreatedAt, LastUsedAt: row.LastUsedAt, RevokedAt: row.RevokedAt}
}

// CallingApplication is the application that a request names. Anybody can name one;
// Proven means that the request also has a secret of it.
type CallingApplication struct {
	ID     string // "" for none
	Proven bool
}

// NewApplicationSecret is a secret that was added, with its text.
type NewApplicationSecret struct {
	ApplicationSecret
	Text string
}

// AddApplicationSecret gives an application a new secret, of whose text only the hash is
// stored. Failures are UnknownApplication, and Conflict with field secret if
// MaxApplicationSecrets work already.
func (s Operator) AddApplicationSecret(ctx context.Context, application string) (NewApplicationSecret, error) {
	if err := s.givesAuthority(s.caller, ""); err != nil {
		return NewApplicationSecret{}, err
	}
	return once(ctx, s, func(keep remember[NewApplicationSecret]) (NewApplicationSecret, error) {
		text := token.NewApplicationSecret()
		row := store.ApplicationSecret{ApplicationID: application, Hash: hashOf(text), CreatedAt: store.TimeOf(s.now())}
		var added NewApplicationSecret
		err := s.inTx(ctx, func(tx *tx) error {
			row.ID = s.ids.Next()
			added = NewApplicationSecret{newApplicationSecret(row), text}
			tx.record(s.secretChanged(AuditApplicationSecretAdded, application, row.ID))
			if err := tx.InsertApplicationSecret(ctx, row, MaxApplicationSecrets); err != nil {
				return err
			}
			return keep(ctx, tx, added)
		})
		if errors.Is(err, store.ErrTooMany) {
			return NewApplicationSecret{}, &apierr.Error{
				Code: apierr.Conflict, Field: "secret", Expected: strconv.Itoa(MaxApplicationSecrets), Cause: err,
			}
		}
		return added, toAPIErr(err, apierr.UnknownApplication)
	})
}

// RevokeApplicationSecret makes a secret useless from the next request on, on every
// server. Failures are UnknownApplication, and InvalidField with field secret for a
// secret that the application does not have or that is revoked.
func (s Operator) RevokeApplicationSecret(ctx context.Context, application string, id int64) error {
	if _, err := s.store.ApplicationByID(ctx, application); err != nil {
		return toAPIErr(err, apierr.UnknownApplication)
	}
	return codeErr(s.inTx(ctx, func(tx *tx) error {
		tx.record(s.secretChanged(AuditApplicationSecretRevoked, application, id))
		return tx.RevokeApplicationSecret(ctx, application, id, store.TimeOf(s.now()))
	}), "secret")
}

// ApplicationSecrets lists the secrets of an application, oldest first, revoked ones
// too. The failure is UnknownApplication.
func (s *Service) ApplicationSecrets(ctx context.Context, application string) ([]ApplicationSecret, error) {
	if _, err := s.store.ApplicationByID(ctx, application); err != nil {
		return nil, toAPIErr(err, apierr.UnknownApplication)
	}
	rows, err := s.store.ApplicationSecrets(ctx, application)
	return convert(rows, newApplicationSecret), storeErr(err)
}

// ProveApplication checks a secret that a request presents for an application. A right
// secret always works: it has too many bits to be guessed, so only the answers to wrong
// ones are limited, for each client IP and application. Failures are UnknownApplication
// for an unknown or disabled application, WrongApplicationSecret, and TooManyRequests.
func (s *Service) ProveApplication(ctx context.Context, application, secret, clientIP string) (CallingApplication, error) {
	var secrets []store.ApplicationSecret
	err := error(store.ErrNotFound)
	if application != "" && checkText("", application, longestApplicationID) == nil {
		secrets, err = s.store.LiveApplicationSecrets(ctx, application)
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		return CallingApplication{}, s.refuseSecret(ctx, "", clientIP, apierr.UnknownApplication)
	case err != nil:
		return CallingApplication{}, storeErr(err)
	}
	presented, now := hashOf(secret), s.now()
	for _, candidate := range secrets {
		if !matches(&candidate.Hash, presented) {
			continue
		}
		if used := candidate.LastUsedAt; used == nil || now.Sub(used.Time()) >= s.limits.LastSeenInterval {
			s.secretUse.note(candidate.ID, store.TimeOf(now))
		}
		return CallingApplication{ID: application, Proven: true}, nil
	}
	return CallingApplication{}, s.refuseSecret(ctx, application, clientIP, apierr.WrongApplicationSecret)
}

// refuseSecret counts a wrong secret and returns the failure. application is "" for an
// unknown one: all of these share a counter, so that invented ids make no rows. Beyond
// the limit nothing is written, except the event of the one that reaches it.
func (s *Service) refuseSecret(ctx context.Context, application, clientIP string, failure apierr.Code) error {
	limits := s.perClient("application-secret", s.limits.WrongSecretPerIP, clientIP, application)
	if err := s.wait(ctx, limits); err != nil {
		return err
	}
	err := storeErr(s.inTx(ctx, func(tx *tx) error {
		tx.record(secretRefused(AuditApplicationRefused, application, failure))
		return tx.ConsumeRateLimits(ctx, limits, store.TimeOf(s.now()))
	}))
	switch {
	case err == nil:
		return apierr.New(failure)
	case apierr.Is(err, apierr.TooManyRequests):
		s.rememberFull(ctx, limits)
		s.audit(ctx, secretRefused(AuditLockout, application, reasonLocked))
	}
	return err
}
