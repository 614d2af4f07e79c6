package cli

import (
	"errors"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/keys"
)

// SigningKeys are the signing keys of a ring, as operators see them.
type SigningKeys struct {
	Ring *keys.Keyring
	Life time.Duration // of a JWT
}

// List is account.SigningKeys.List.
func (k SigningKeys) List() []account.SigningKey {
	statuses := k.Ring.Statuses(k.Life)
	listed := make([]account.SigningKey, 0, len(statuses))
	for _, status := range statuses {
		listed = append(listed, account.SigningKey{
			KID: status.KID, Algorithm: string(status.Algorithm), State: string(status.State),
			CreatedAt: status.CreatedAt, SignsFrom: status.SignsFrom, RetirableAt: status.RetirableAt,
		})
	}
	return listed
}

// Rotate is account.SigningKeys.Rotate.
func (k SigningKeys) Rotate(algorithm string, overlap time.Duration) (account.SigningKey, error) {
	made, err := k.Ring.Rotate(keys.Algorithm(algorithm), overlap)
	if err != nil {
		return account.SigningKey{}, keyFailure(err)
	}
	for _, key := range k.List() {
		if key.KID == made.KID {
			return key, nil
		}
	}
	return account.SigningKey{}, apierr.Wrap(apierr.Internal, keys.ErrUnknown)
}

// Withdraw is account.SigningKeys.Withdraw.
func (k SigningKeys) Withdraw(kid string) error { return keyFailure(k.Ring.Withdraw(kid)) }

// Retire is account.SigningKeys.Retire.
func (k SigningKeys) Retire(kid string, force bool) error {
	return keyFailure(k.Ring.Retire(kid, k.Life, force))
}

func keyFailure(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keys.ErrUnknown):
		return &apierr.Error{Code: apierr.NotFound, Field: "kid", Cause: err}
	case errors.Is(err, keys.ErrInUse):
		return &apierr.Error{Code: apierr.Conflict, Field: "kid", Cause: err}
	case errors.Is(err, keys.ErrDenied), errors.Is(err, keys.ErrReadOnly):
		return apierr.Wrap(apierr.KeysReadOnly, err)
	case errors.Is(err, keys.ErrBusy):
		return apierr.Wrap(apierr.Unavailable, err)
	}
	return apierr.Wrap(apierr.Internal, err)
}
