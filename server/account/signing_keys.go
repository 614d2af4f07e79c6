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
	// another process created one at the same time.
	Rotate(algorithm string, overlap time.Duration) (SigningKey, error)
	// Retire removes a key, whose JWTs are refused from then on. Failures are NotFound, and
	// Conflict for the newest key, and without force for a key that signs or whose JWTs may
	// be alive.
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

// Retire fails with NotFound.
func (NoSigningKeys) Retire(string, bool) error {
	return &apierr.Error{Code: apierr.NotFound, Field: "kid"}
}

// RotateSigningKey creates the next signing key. Failures are those of SigningKeys.Rotate.
func (s Operator) RotateSigningKey(ctx context.Context, keys SigningKeys, algorithm string, overlap time.Duration) (SigningKey, error) {
	return once(ctx, s, func(keep remember[SigningKey]) (SigningKey, error) {
		made, err := keys.Rotate(algorithm, overlap)
		if err != nil {
			return SigningKey{}, err
		}
		return made, storeErr(s.inTx(ctx, func(tx *tx) error {
			tx.record(s.event(AuditKeyRotated, 0, details{"kid": made.KID, "algorithm": made.Algorithm, "overlap": overlap.String()}))
			return keep(ctx, tx, made)
		}))
	})
}

// RetireSigningKey removes a signing key. Failures are those of SigningKeys.Retire.
func (s Operator) RetireSigningKey(ctx context.Context, keys SigningKeys, kid string, force bool) error {
	if err := keys.Retire(kid, force); err != nil {
		return err
	}
	s.audit(ctx, s.event(AuditKeyRetired, 0, details{"kid": kid, "forced": strconv.FormatBool(force)}))
	return nil
}
