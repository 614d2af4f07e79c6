package account

import (
	"context"
	"slices"

	"quartet/server/apierr"
	"quartet/store"
)

// onUser runs do in a transaction that holds the row of a user whom the operator may act
// on. leaves says that the user is no super administrator afterwards, or cannot sign in.
// Failures are UserNotFound, Forbidden, PreconditionFailed if the user has another version
// than the operator's, and LastSuperAdministrator.
func (s Operator) onUser(ctx context.Context, id int64, leaves bool, do func(*tx, store.User) error) error {
	err := s.inTx(ctx, func(tx *tx) error {
		target, err := s.take(ctx, tx, id, leaves)
		if err != nil {
			return err
		}
		return do(tx, target)
	})
	return toAPIErr(err, apierr.UserNotFound)
}

// actsOn reads a user whom the operator may act on. Failures are UserNotFound and Forbidden.
func (s Operator) actsOn(ctx context.Context, id int64) (store.User, error) {
	target, err := s.store.UserByID(ctx, id)
	if err == nil {
		err = s.mayActOn(ctx, s.store, target)
	}
	return target, toAPIErr(err, apierr.UserNotFound)
}

// changesWayInOf is changesWayIn of a user whom the operator may act on. Failures are those
// of actsOn too.
func (s Operator) changesWayInOf(ctx context.Context, id int64) error {
	target, err := s.actsOn(ctx, id)
	if err != nil {
		return err
	}
	return s.changesWayIn(ctx, s.store, s.caller, target, "")
}

// take locks a user's row and returns it, with the failures of onUser.
func (s Operator) take(ctx context.Context, tx *tx, id int64, leaves bool) (store.User, error) {
	target, err := tx.UserByID(ctx, id)
	if err != nil {
		return store.User{}, err
	}
	if err := s.mayActOn(ctx, tx, target); err != nil {
		return store.User{}, err
	}
	if leaves { // before the row is locked, so that two transactions lock in the same order
		if err := anotherStays(ctx, tx, target); err != nil {
			return store.User{}, err
		}
	}
	if s.version != nil {
		err = tx.TakeVersion(ctx, store.VersionedUsers, "id", id, s.version)
	} else {
		_, err = tx.LockUsers(ctx, id)
	}
	if err != nil {
		return store.User{}, err
	}
	locked, err := tx.UserByID(ctx, id)
	if err == nil && locked.Role != target.Role { // while this transaction waited
		s.version = nil // it was compared
		return s.take(ctx, tx, id, leaves)
	}
	if err == nil {
		err = s.mayActOn(ctx, tx, locked)
	}
	return locked, err
}

// anotherStays fails with LastSuperAdministrator if the user is a super administrator, and no
// other one can sign in. Otherwise it locks those who can, so that one of them stays.
func anotherStays(ctx context.Context, tx *tx, leaving store.User) error {
	if leaving.Role != RoleSuperAdministrator {
		return nil
	}
	active, err := tx.LockSuperAdministrators(ctx)
	if err == nil && !slices.ContainsFunc(active, func(id int64) bool { return id != leaving.ID }) {
		err = apierr.New(apierr.LastSuperAdministrator)
	}
	return err
}

// seesUser reports whether the operator may read a user: those who administer
// organisations read their members.
func (s Operator) seesUser(ctx context.Context, id int64) (bool, error) {
	if s.organisations == nil {
		return true, nil
	}
	memberships, err := s.store.MembershipsOf(ctx, id)
	return slices.ContainsFunc(memberships, func(m store.Membership) bool { return s.sees(m.ID) }), storeErr(err)
}
