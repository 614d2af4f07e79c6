package admin

import (
	"context"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// ListLockouts lists who is refused now.
func (API) ListLockouts(ctx context.Context, r openapi.ListLockoutsRequestObject) (openapi.ListLockoutsResponseObject, error) {
	p := r.Params
	l, err := newList(ctx, "listLockouts", p, p.Limit, p.Cursor)
	if err != nil {
		return nil, err
	}
	lockouts, err := l.operator.Lockouts(ctx, l.id(), l.limit+1)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, lockout := range lockouts {
		if lockout.UserID != nil {
			ids = append(ids, *lockout.UserID)
		}
	}
	names, err := l.operator.UserNames(ctx, ids)
	if err != nil {
		return nil, err
	}
	items, next := pageOf(l, lockouts, func(o account.FoundLockout) string { return account.Decimal(o.ID) },
		func(o account.FoundLockout) openapi.AdminLockout { return toLockout(o, names) })
	return openapi.ListLockouts200JSONResponse{Body: openapi.AdminLockoutPage{Items: items, Next: next}}, nil
}

func toLockout(o account.FoundLockout, names map[int64]account.UserName) openapi.AdminLockout {
	made := openapi.AdminLockout{
		ClientIp: o.ClientIP, Way: dialect.OrNull(o.Way), FirstAt: utc(o.FirstAt), LastAt: utc(o.LastAt),
		Count: o.Refusals, ExpiresAt: utc(o.ExpiresAt),
	}
	if o.UserID != nil {
		if name, known := names[*o.UserID]; known {
			made.User = new(openapi.AdminLockedUser(toUserName(name)))
		}
	}
	return made
}

// UnlockClientIp lifts the lock of a client IP.
func (API) UnlockClientIp(ctx context.Context, r openapi.UnlockClientIpRequestObject) (openapi.UnlockClientIpResponseObject, error) {
	_, err := operator(ctx).UnlockClientIP(ctx, r.ClientIp)
	return openapi.UnlockClientIp204Response{}, err
}
