package store

import (
	"context"
	"errors"
)

// The condition with a literal lets the index of users with a role be used.
const activeSuperAdministrators = `SELECT id FROM users
	WHERE role <> 'member' AND role = ? AND disabled_at IS NULL AND closing_at IS NULL ORDER BY id`

// LockSuperAdministrators locks the super administrators who are neither disabled nor being
// closed until the transaction ends, and returns their ids in ascending order.
func (tx Tx) LockSuperAdministrators(ctx context.Context) ([]int64, error) {
	ids, err := tx.superAdministrators(ctx)
	if err != nil {
		return nil, err
	}
	// In one order for all callers, so that two of them do not wait for each other.
	for _, id := range ids {
		err := tx.lockUser(ctx, "LockSuperAdministrators", id)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return nil, err
		}
	}
	return tx.superAdministrators(ctx) // another transaction may have changed them while this one waited
}

func (tx Tx) superAdministrators(ctx context.Context) (ids []int64, err error) {
	const verb = "LockSuperAdministrators"
	return ids, tx.store.fail(verb, tx.tx.Select(ctx, &ids, activeSuperAdministrators, RoleSuperAdministrator))
}

// UserByID finds a user, or ErrNotFound.
func (tx Tx) UserByID(ctx context.Context, id int64) (u User, err error) {
	return u, tx.get(ctx, "UserByID", &u, userByID, id)
}
