package admin

import (
	"context"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// FindSessions finds sessions.
func (API) FindSessions(ctx context.Context, r openapi.FindSessionsRequestObject) (openapi.FindSessionsResponseObject, error) {
	p := r.Params
	l, err := newList(ctx, "findSessions", p, p.Limit, p.Cursor)
	if err != nil {
		return nil, err
	}
	filter := account.SessionFilter{Ended: dialect.OrEmpty(p.Ended)}
	if p.User != nil {
		filter.UserID = number(*p.User)
	}
	sessions, err := l.operator.NewestSessions(ctx, filter, l.id(), l.limit+1)
	if err != nil {
		return nil, err
	}
	names, err := l.operator.UserNames(ctx, dialect.Convert(sessions, func(s account.FoundSession) int64 { return s.UserID }))
	if err != nil {
		return nil, err
	}
	items, next := pageOf(l, sessions, func(s account.FoundSession) string { return account.Decimal(s.ID) },
		func(s account.FoundSession) openapi.AdminSessionInfo {
			name, known := names[s.UserID]
			if !known { // erased since the sessions were read
				name.ID = s.UserID
			}
			return toSessionInfo(s, name)
		})
	return openapi.FindSessions200JSONResponse{Body: openapi.AdminSessionPage{Items: items, Next: next}}, nil
}

// EndAnySession ends a session of any user.
func (API) EndAnySession(ctx context.Context, r openapi.EndAnySessionRequestObject) (openapi.EndAnySessionResponseObject, error) {
	_, err := operator(ctx).EndAnySession(ctx, number(r.SessionId))
	return openapi.EndAnySession204Response{}, err
}
