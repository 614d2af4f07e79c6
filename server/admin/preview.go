package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"quartet/openapi"
	"quartet/server/apierr"
	"quartet/server/dialect"
)

// PreviewAnswer shows what a dialect answers about a user.
func (a API) PreviewAnswer(ctx context.Context, r openapi.PreviewAnswerRequestObject) (openapi.PreviewAnswerResponseObject, error) {
	previewer := a.Previewers[string(r.Body.Dialect)]
	if previewer == nil {
		return nil, apierr.Wrap(apierr.Internal, fmt.Errorf("no preview of dialect %s", r.Body.Dialect))
	}
	user, info, err := operator(ctx).PreviewUser(ctx, number(r.UserId), string(r.Body.Dialect))
	if err != nil {
		return nil, err
	}
	preview, err := previewer.PreviewUser(user, info)
	if err != nil {
		return nil, apierr.Wrap(apierr.Internal, err)
	}
	body, err := json.Marshal(preview.Body)
	if err != nil {
		return nil, apierr.Wrap(apierr.Internal, err)
	}
	return openapi.PreviewAnswer200JSONResponse{Body: openapi.AdminAnswer{
		Method: preview.Method, Path: preview.Path, Status: http.StatusOK, ContentType: dialect.ContentTypeJSON, Body: string(body),
	}}, nil
}
