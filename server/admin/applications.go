package admin

import (
	"context"
	"slices"
	"strings"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// ListApplications lists the applications.
func (API) ListApplications(ctx context.Context, r openapi.ListApplicationsRequestObject) (openapi.ListApplicationsResponseObject, error) {
	l, err := newList(ctx, "listApplications", r.Params, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := l.operator.FindApplications(ctx, l.position, l.limit+1)
	if err != nil {
		return nil, err
	}
	items, next := pageOf(l, rows, func(a account.ApplicationWithLinks) string { return a.ID }, toApplication)
	return openapi.ListApplications200JSONResponse{Body: openapi.AdminApplicationPage{Items: items, Next: next}}, nil
}

// AddApplication registers an application.
func (API) AddApplication(ctx context.Context, r openapi.AddApplicationRequestObject) (openapi.AddApplicationResponseObject, error) {
	organisations := dialect.OrEmpty(r.Body.Organisations)
	added, err := onceOperator(ctx, r.Params.IdempotencyKey, r).
		AddApplication(ctx, r.Body.Id, r.Body.Name, fromRights(dialect.OrEmpty(r.Body.Rights)), organisations...)
	if err != nil {
		return nil, err
	}
	answer := openapi.AddApplication201JSONResponse{
		Body: toApplication(account.ApplicationWithLinks{Application: added, Organisations: slices.Sorted(slices.Values(organisations))}),
	}
	answer.Headers.ETag = etag(added.Version)
	return answer, nil
}

// ReadApplication reads an application.
func (API) ReadApplication(ctx context.Context, r openapi.ReadApplicationRequestObject) (openapi.ReadApplicationResponseObject, error) {
	found, err := operator(ctx).ApplicationWithLinks(ctx, r.ApplicationId)
	if err != nil {
		return nil, account.Missing(err)
	}
	answer := openapi.ReadApplication200JSONResponse{Body: toApplication(found)}
	answer.Headers.ETag = etag(found.Version)
	return answer, nil
}

// ChangeApplication changes an application.
func (API) ChangeApplication(ctx context.Context, r openapi.ChangeApplicationRequestObject) (openapi.ChangeApplicationResponseObject, error) {
	change := account.ApplicationChange{
		EntryChange: account.EntryChange{Name: r.Body.Name, Disabled: r.Body.Disabled}, Organisations: r.Body.Organisations,
	}
	if r.Body.Rights != nil {
		change.Rights = new(fromRights(*r.Body.Rights))
	}
	changed, err := operatorIf(ctx, r.Params.IfMatch).ChangeApplication(ctx, r.ApplicationId, change)
	if err != nil {
		return nil, account.Missing(err)
	}
	answer := openapi.ChangeApplication200JSONResponse{Body: toApplication(changed)}
	answer.Headers.ETag = etag(changed.Version)
	return answer, nil
}

// DeleteApplication deletes an application.
func (API) DeleteApplication(ctx context.Context, r openapi.DeleteApplicationRequestObject) (openapi.DeleteApplicationResponseObject, error) {
	err := operatorIf(ctx, r.Params.IfMatch).DeleteApplication(ctx, r.ApplicationId)
	return openapi.DeleteApplication204Response{}, account.Missing(err)
}

// LinkOrganisation lets an application see the members of an organisation.
func (API) LinkOrganisation(ctx context.Context, r openapi.LinkOrganisationRequestObject) (openapi.LinkOrganisationResponseObject, error) {
	err := operator(ctx).AddApplicationOrganisation(ctx, r.ApplicationId, r.Organisation)
	return openapi.LinkOrganisation204Response{}, account.Missing(err)
}

// UnlinkOrganisation keeps an application from seeing the members of an organisation.
func (API) UnlinkOrganisation(ctx context.Context, r openapi.UnlinkOrganisationRequestObject) (openapi.UnlinkOrganisationResponseObject, error) {
	err := operator(ctx).RemoveApplicationOrganisation(ctx, r.ApplicationId, r.Organisation)
	return openapi.UnlinkOrganisation204Response{}, account.Missing(err)
}

// ListApplicationSecrets lists the secrets of an application.
func (API) ListApplicationSecrets(ctx context.Context, r openapi.ListApplicationSecretsRequestObject) (openapi.ListApplicationSecretsResponseObject, error) {
	rows, err := operator(ctx).ApplicationSecrets(ctx, r.ApplicationId)
	if err != nil {
		return nil, account.Missing(err)
	}
	list := openapi.AdminApplicationSecretList{Items: dialect.Convert(rows, func(s account.ApplicationSecret) openapi.AdminApplicationSecret {
		return openapi.AdminApplicationSecret{
			Id: account.Decimal(s.ID), CreatedAt: utc(s.CreatedAt), LastUsedAt: utcOrNull(s.LastUsedAt), RevokedAt: utcOrNull(s.RevokedAt),
		}
	})}
	return openapi.ListApplicationSecrets200JSONResponse{Body: list}, nil
}

// AddApplicationSecret adds a secret to an application.
func (API) AddApplicationSecret(ctx context.Context, r openapi.AddApplicationSecretRequestObject) (openapi.AddApplicationSecretResponseObject, error) {
	added, err := onceOperator(ctx, r.Params.IdempotencyKey, r).AddApplicationSecret(ctx, r.ApplicationId)
	if err != nil {
		return nil, account.Missing(err)
	}
	return openapi.AddApplicationSecret201JSONResponse{
		Body: openapi.AdminNewApplicationSecret{Id: account.Decimal(added.ID), CreatedAt: utc(added.CreatedAt), Secret: added.Text},
	}, nil
}

// RevokeApplicationSecret revokes a secret of an application.
func (API) RevokeApplicationSecret(ctx context.Context, r openapi.RevokeApplicationSecretRequestObject) (openapi.RevokeApplicationSecretResponseObject, error) {
	err := operator(ctx).RevokeApplicationSecret(ctx, r.ApplicationId, number(r.SecretId))
	return openapi.RevokeApplicationSecret204Response{}, account.Missing(err)
}

func fromRights(rights []openapi.AdminApplicationRight) []string {
	return dialect.Convert(rights, func(right openapi.AdminApplicationRight) string { return string(right) })
}

func toApplication(a account.ApplicationWithLinks) openapi.AdminApplication {
	return openapi.AdminApplication{
		Id: a.ID, Name: a.Name,
		Rights: dialect.Convert(strings.Fields(a.Rights), func(right string) openapi.AdminApplicationRight {
			return openapi.AdminApplicationRight(right)
		}),
		Organisations: append([]string{}, a.Organisations...),
		Disabled:      a.DisabledAt != nil, CreatedAt: utc(a.CreatedAt), Version: a.Version,
	}
}
