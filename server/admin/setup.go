package admin

import (
	"context"

	"quartet/openapi"
	"quartet/server/apierr"
)

// SetUpAdministrator makes the first super administrator.
func (API) SetUpAdministrator(context.Context, openapi.SetUpAdministratorRequestObject) (openapi.SetUpAdministratorResponseObject, error) {
	return nil, apierr.New(apierr.SetupClosed)
}
