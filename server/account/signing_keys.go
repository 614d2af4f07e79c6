package account

import (
	"context"
	"strconv"
	"time"

	"quartet/server/apierr"
)

// SigningKey is a key that verifies JWTs, and signs them at some time.
type SigningKey struct {
	KID       string
	Algorithm string // RS256, ES256 or EdDSA
	State     string // waiting, signing or verifying
	CreatedAt time.Time
	SignsFrom time.Time
	// RetirableAt is when the last JWT that the key may have signed has expired; zero if there
	// is no newer key.
	RetirableAt time.Time
}

// SigningKeys are the signing keys of an installation, which are in a folder beside the
// database.
type SigningKeys interface {
	// List gives the keys, the newest last.
	List() []SigningKey
	// Rotate creates the next key, which verifies at once and signs after overlap. Without an
	// algorithm it has that of the key that signs now. The failure is Unavailable where
	// another process created one at the same time, and KeysReadOnly where the folder cannot
	// be written.
	Rotate(algorithm string, overlap time.Duration) (SigningKey, error)
	// Withdraw removes a key that Rotate has just created.
	Withdraw(kid string) error
	// Retire removes a key, whose JWTs are refused from then on. Failures are NotFound, and
	// Conflict for the newest key, and without force for a key that signs or whose JWTs may
	// be alive, and KeysReadOnly.
	Retire(kid string, force bool) error
}

// NoSigningKeys are the signing keys of a server that has no folder of them.
type NoSigningKeys struct{}

// List gives none.
func (NoSigningKeys) List() []SigningKey { return nil }

// Rotate fails with Unavailable.
func (NoSigningKeys) Rotate(string, time.Duration) (SigningKey, error) {
	return SigningKey{}, apierr.New(apierr.Unavailable)
}

// Withdraw fails with NotFound.
func (NoSigningKeys) Withdraw(string) error {
	return &apierr.Error{Code: apierr.NotFound, Field: "kid"}
}

// Retire fails with NotFound.
func (NoSigningKeys) Retire(string, bool) error {
	return &apierr.Error{Code: apierr.NotFound, Field: "kid"}
}

// RotateSigningKey creates the next signing key. A key that the database does not record is
// withdrawn. Failures are those of SigningKeys.Rotate.
func (s Operator) RotateSigningKey(ctx context.Context, keys SigningKeys, algorithm string, overlap time.Duration) (SigningKey, error) {
	var made SigningKey
	recorded, err := once(ctx, s, func(keep remember[SigningKey]) (_ SigningKey, err error) {
		if made, err = keys.Rotate(algorithm, overlap); err != nil {
			return SigningKey{}, err
		}
		return made, storeErr(s.inTx(ctx, func(tx *tx) error {
			tx.record(s.event(AuditKeyRotated, 0, details{"kid": made.KID, "algorithm": made.Algorithm, "overlap": overlap.String()}))
			return keep(ctx, tx, made)
		}))
	})
	// Another key is recorded where a concurrent request with the same Idempotency-Key was first.
	if made.KID != "" && (err != nil || recorded.KID != made.KID) {
		if failed := keys.Withdraw(made.KID); failed != nil {
			s.log.ErrorContext(ctx, "a signing key that no event records stays in the folder: rotate, and retire it", "kid", made.KID, "error", failed)
		}
	}
	return recorded, err
}

// RetireSigningKey removes a signing key. Failures are those of SigningKeys.Retire.
func (s Operator) RetireSigningKey(ctx context.Context, keys SigningKeys, kid string, force bool) error {
	if err := keys.Retire(kid, force); err != nil {
		return err
	}
	s.audit(ctx, s.event(AuditKeyRetired, 0, details{"kid": kid, "forced": strconv.FormatBool(force)}))
	return nil
}
