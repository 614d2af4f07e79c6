package keys

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Errors of Rotate and Retire. Each contains a remedy.
var (
	ErrBusy    = errors.New("keys: another process has just rotated")
	ErrUnknown = errors.New("keys: no such signing key")
	ErrInUse   = errors.New("keys: signing key in use")
)

// State is the use of a key at a given time.
type State string

// A key passes through these in order.
const (
	Pending    State = "waiting" // verifies, will sign later
	Active     State = "signing" // signs and verifies
	VerifyOnly State = "verifying"
)

// KeyStatus is the state of a key.
type KeyStatus struct {
	JWTKey
	State State
	// RetirableAt is when the last JWT that the key may have signed has expired, UTC;
	// zero if there is no newer key.
	RetirableAt time.Time
}

// Statuses returns the state of each key, the newest last. JWTs are valid for life.
func (r *Keyring) Statuses(life time.Duration) []KeyStatus {
	keys := *r.jwt.Load()
	now := r.now()
	signer := signing(keys, now)
	statuses := make([]KeyStatus, 0, len(keys))
	for at, key := range keys {
		status := KeyStatus{JWTKey: key, State: VerifyOnly}
		switch {
		case at == signer:
			status.State = Active
		case at > signer:
			status.State = Pending
		}
		if stop, known := stops(keys, at); known {
			status.RetirableAt = stop.Add(life + slack)
		}
		statuses = append(statuses, status)
	}
	return statuses
}

// Rotate creates the next key in the folder, with mode 0600. It verifies at once and
// signs after overlap. Without an algorithm it has that of the key that signs now. The
// error is ErrBusy if another process created one at the same time; other errors are
// Open's.
func (r *Keyring) Rotate(algorithm Algorithm, overlap time.Duration) (JWTKey, error) {
	if err := r.Reload(); err != nil {
		return JWTKey{}, err
	}
	keys := *r.jwt.Load()
	newest, _ := strconv.Atoi(keys[len(keys)-1].KID) // valid: it comes from a number
	if newest == maxNumber {
		return JWTKey{}, fmt.Errorf("%w: %s has the highest number there is: rename the keys", ErrMalformed, r.folder.path(jwtFile(newest)))
	}
	algorithm = cmp.Or(algorithm, keys[signing(keys, r.now())].Algorithm)
	made, err := r.folder.writeOnce(jwtFile(newest+1), newJWT(algorithm, r.now(), overlap))
	if err != nil {
		return JWTKey{}, err
	}
	if !made {
		return JWTKey{}, fmt.Errorf("%w: list the keys and use the new one", ErrBusy)
	}
	key, err := loadJWT(r.folder, newest+1)
	if err != nil {
		return JWTKey{}, err
	}
	return key, r.Reload()
}

// Retire deletes a key from the folder: servers refuse the JWTs that it signed once
// they have read the folder. Without force it returns ErrInUse for the active key and
// for a key whose JWTs, valid for life, may not have expired. It always does so for the
// newest key, because the next key would get its number. ErrUnknown means that there is
// no key kid; other errors are Open's.
func (r *Keyring) Retire(kid string, life time.Duration, force bool) error {
	if err := r.Reload(); err != nil {
		return err
	}
	statuses := r.Statuses(life)
	for at, status := range statuses {
		if status.KID != kid {
			continue
		}
		if err := inUse(status, r.now()); err != nil && !force {
			return err
		}
		if at == len(statuses)-1 {
			return fmt.Errorf("%w: %s is the newest, and the next would be called the same: rotate first", ErrInUse, kid)
		}
		return r.drop(kid)
	}
	return fmt.Errorf("%w: %s", ErrUnknown, kid)
}

// Withdraw deletes a key that Rotate has just created, although it is the newest: the next
// key gets its number. Errors are Retire's.
func (r *Keyring) Withdraw(kid string) error {
	if err := r.Reload(); err != nil {
		return err
	}
	keys := *r.jwt.Load()
	if at := indexOf(keys, kid); at < 0 || len(keys) == 1 {
		return fmt.Errorf("%w: %s", ErrUnknown, kid)
	}
	return r.drop(kid)
}

func inUse(status KeyStatus, now time.Time) error {
	switch {
	case status.State == Active:
		return fmt.Errorf("%w: %s signs: rotate, and retire it when its last JWTs have expired", ErrInUse, status.KID)
	case status.State == VerifyOnly && now.Before(status.RetirableAt):
		return fmt.Errorf("%w: JWTs of %s may live until %s: wait, or end them now by force",
			ErrInUse, status.KID, status.RetirableAt.Format(time.RFC3339))
	default:
		return nil
	}
}

func (r *Keyring) drop(kid string) error {
	number, _ := strconv.Atoi(kid) // valid: it is part of the file's name
	if err := r.folder.remove(jwtFile(number)); err != nil {
		return err
	}
	return r.Reload()
}
