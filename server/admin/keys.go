package admin

import (
	"context"
	"time"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// ListSigningKeys lists the keys that verify JWTs.
func (a API) ListSigningKeys(context.Context, openapi.ListSigningKeysRequestObject) (openapi.ListSigningKeysResponseObject, error) {
	return openapi.ListSigningKeys200JSONResponse{Body: openapi.AdminSigningKeyList{Items: dialect.Convert(a.Keys.List(), toSigningKey)}}, nil
}

// RotateSigningKey creates the next signing key.
func (a API) RotateSigningKey(ctx context.Context, r openapi.RotateSigningKeyRequestObject) (openapi.RotateSigningKeyResponseObject, error) {
	overlap := time.Minute // as the contract says
	if r.Body.Overlap != nil {
		overlap = time.Duration(*r.Body.Overlap) * time.Second
	}
	made, err := onceOperator(ctx, r.Params.IdempotencyKey, r).
		RotateSigningKey(ctx, a.Keys, string(dialect.OrEmpty(r.Body.Algorithm)), overlap)
	if err != nil {
		return nil, err
	}
	return openapi.RotateSigningKey201JSONResponse{Body: toSigningKey(made)}, nil
}

// RetireSigningKey removes a signing key.
func (a API) RetireSigningKey(ctx context.Context, r openapi.RetireSigningKeyRequestObject) (openapi.RetireSigningKeyResponseObject, error) {
	err := operator(ctx).RetireSigningKey(ctx, a.Keys, r.Kid, dialect.OrEmpty(r.Params.Force))
	return openapi.RetireSigningKey204Response{}, err
}

func toSigningKey(k account.SigningKey) openapi.AdminSigningKey {
	key := openapi.AdminSigningKey{
		Kid: k.KID, Algorithm: openapi.AdminKeyAlgorithm(k.Algorithm), State: openapi.AdminKeyState(k.State),
		CreatedAt: k.CreatedAt.UTC(), SignsFrom: k.SignsFrom.UTC(),
	}
	if !k.RetirableAt.IsZero() {
		key.RetirableAt = new(k.RetirableAt.UTC())
	}
	return key
}
