package server

import (
	"context"
	"strconv"

	"quartet/openapi"
	"quartet/server/dialect"
)

// IntrospectToken tells an application whether a token is live (RFC 7662).
func (s *server) IntrospectToken(ctx context.Context, r openapi.IntrospectTokenRequestObject) (openapi.IntrospectTokenResponseObject, error) {
	application := dialect.CallFrom(ctx).Application
	found, live, err := s.accounts.Introspect(ctx, application, r.Body.Token)
	if err != nil {
		return nil, err
	}
	if !live {
		return openapi.IntrospectToken200JSONResponse{}, nil
	}
	return openapi.IntrospectToken200JSONResponse{Body: openapi.Introspection{
		Active:    true,
		TokenType: new(openapi.TokenTypeBearer),
		ClientId:  &application.ID,
		Sub:       new(strconv.FormatInt(found.UserID, 10)),
		Aud:       &found.Audience,
		Exp:       new(found.ExpiresAt.Unix()),
		Sid:       new(strconv.FormatInt(found.SessionID, 10)),
	}}, nil
}
