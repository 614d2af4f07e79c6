package account

import (
	"context"
	"errors"
	"strconv"
	"time"

	"quartet/store"
)

// This file goes once no caller puts single users of a demonstration in place.

// Fixture is a user who must be there, exactly as it says.
type Fixture struct {
	AddedUser
	ID     int64
	Source string // where the user is said to come from
}

// PutUser makes the user f.ID what f says, enabled, whether or not there is one.
// A user who is there keeps what is not said there: the second id, the moments,
// the sessions, and the password's hash if it is the right one. Whoever else
// has the user name or e-mail, or has proven the mobile, gives it up. Failures
// are those of AddUser.
func (s *Service) PutUser(ctx context.Context, f Fixture) error {
	if err := checkRole(f.Role); err != nil {
		return err
	}
	present, err := s.present(ctx, f)
	if err != nil {
		return err
	}
	row, err := s.fixtureRow(ctx, f, present)
	if err != nil {
		return err
	}
	if err := s.makeRoom(ctx, row); err != nil {
		return storeErr(err)
	}
	return storeErr(s.store.InTx(ctx, func(tx store.Tx) error { return tx.PutUser(ctx, row) }))
}

// present is the user who is there, or a new one.
func (s *Service) present(ctx context.Context, f Fixture) (store.User, error) {
	row, err := s.store.UserByID(ctx, f.ID)
	if errors.Is(err, store.ErrNotFound) {
		return s.newUser(f.ID, f.Source), nil
	}
	return row, storeErr(err)
}

func (s *Service) fixtureRow(ctx context.Context, f Fixture, present store.User) (store.User, error) {
	columns, err := s.columns(f.ID, f.update())
	if err != nil {
		return store.User{}, err
	}
	row := s.newUser(f.ID, f.Source)
	applyTo(&row, columns)
	row.GUID, row.Version, row.SecurityStamp = present.GUID, present.Version+1, present.SecurityStamp
	row.CreatedAt, row.ActivatedAt, row.LastLoginAt = present.CreatedAt, present.ActivatedAt, present.LastLoginAt
	row.Role = f.Role
	setVerified(&row, f.EmailVerified, f.MobileVerified, row.CreatedAt)
	return row, s.keepPassword(ctx, &row, present, f.Password)
}

// keepPassword gives row the password text: by the present hash if it is of that
// text, for a new one would be a change that nobody made.
func (s *Service) keepPassword(ctx context.Context, row *store.User, present store.User, text *string) error {
	if text != nil && present.PasswordHash != nil {
		right, _, err := s.verify(ctx, present.PasswordHash, *text)
		if err != nil {
			return s.hashErr(err)
		}
		if right {
			row.PasswordHash, row.PasswordChangedAt = present.PasswordHash, present.PasswordChangedAt
			return nil
		}
	}
	hash, err := s.newHash(ctx, "password", text)
	row.PasswordHash = hash
	if hash != nil {
		row.PasswordChangedAt = &row.UpdatedAt
	}
	return err
}

// makeRoom takes from others what must be row's alone.
func (s *Service) makeRoom(ctx context.Context, row store.User) error {
	namesake, err := s.store.UserByUsernameKey(ctx, *row.UsernameKey)
	name := guestName(namesake)
	err = s.takeFrom(ctx, row, namesake, err, store.UserChange{Username: &name, UsernameKey: &name})
	if err != nil {
		return err
	}
	if row.MobileVerifiedAt != nil {
		owner, err := s.store.UserByVerifiedMobile(ctx, *row.MobileIndex)
		if err := s.takeFrom(ctx, row, owner, err, store.UserChange{ClearMobile: true}); err != nil {
			return err
		}
	}
	if row.EmailKey == nil {
		return nil
	}
	owner, err := s.store.UserByEmailKey(ctx, *row.EmailKey)
	return s.takeFrom(ctx, row, owner, err, store.UserChange{ClearEmail: true})
}

// guestName is the user name of whoever has given up their own.
func guestName(user store.User) string { return "guest-" + strconv.FormatInt(user.ID, 10) }

// ReleaseExample takes user name and e-mail from the user whom somebody created
// as the example says, until the moment before, so that the next one can. It is
// that user only while nobody has changed them: whoever did has made them
// somebody else.
func (s *Service) ReleaseExample(ctx context.Context, example NewUser, before time.Time) error {
	columns, err := s.columns(0, example.update())
	if err != nil {
		return err
	}
	row, err := s.store.UserByUsernameKey(ctx, *columns.UsernameKey)
	if errors.Is(err, store.ErrNotFound) || err == nil && !isExample(row, columns, store.TimeOf(before)) {
		return nil
	}
	if err != nil {
		return storeErr(err)
	}
	name := guestName(row)
	release := store.UserChange{Username: &name, UsernameKey: &name, ClearEmail: row.EmailKey != nil}
	return storeErr(s.store.InTx(ctx, func(tx store.Tx) error {
		return tx.UpdateUser(ctx, row.ID, release, nil, store.TimeOf(s.now()))
	}))
}

func isExample(row store.User, example store.UserChange, before store.Time) bool {
	return row.Version == 1 && row.CreatedAt <= before && row.Nickname == *example.Nickname &&
		(row.CreateSource == sourceRegistration || row.CreateSource == sourceAdministrator) &&
		(row.EmailKey == nil || example.EmailKey != nil && *row.EmailKey == *example.EmailKey)
}

// takeFrom changes owner, found with err, unless it is nobody or row's user.
func (s *Service) takeFrom(ctx context.Context, row, owner store.User, err error, change store.UserChange) error {
	if errors.Is(err, store.ErrNotFound) || err == nil && owner.ID == row.ID {
		return nil
	}
	if err != nil {
		return err
	}
	return s.store.InTx(ctx, func(tx store.Tx) error { return tx.UpdateUser(ctx, owner.ID, change, nil, row.UpdatedAt) })
}

// CodeLive tells whether there is a one-time code of a purpose and mobile that
// could still be used.
func (s *Service) HasActiveCode(ctx context.Context, purpose, mobile string) (bool, error) {
	key := store.CodeKey{Purpose: purpose, MobileIndex: s.sealer.Index(mobile)}
	live, err := s.store.HasActiveCode(ctx, key, store.TimeOf(s.now()), s.limits.CodeAttempts)
	return live, storeErr(err)
}
