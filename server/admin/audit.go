package admin

import (
	"context"
	"time"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// ListAudit lists the events of the audit, newest first.
func (API) ListAudit(ctx context.Context, r openapi.ListAuditRequestObject) (openapi.ListAuditResponseObject, error) {
	p := r.Params
	l, err := newList(ctx, "listAudit", p, p.Limit, p.Cursor)
	if err != nil {
		return nil, err
	}
	filter := account.AuditFilter{Since: timeOf(p.Since), Until: timeOf(p.Until), BeforeID: l.id(), Limit: l.limit + 1}
	for _, kind := range dialect.OrEmpty(p.Kind) {
		filter.Kinds = append(filter.Kinds, string(kind))
	}
	if p.User != nil {
		filter.Subject = new(number(*p.User))
	}
	rows, err := l.operator.AuditPage(ctx, filter)
	if err != nil {
		return nil, err
	}
	items, next := pageOf(l, rows, func(e account.AuditEvent) string { return account.Decimal(e.ID) }, toAuditEvent)
	return openapi.ListAudit200JSONResponse{Body: openapi.AdminAuditPage{Items: items, Next: next}}, nil
}

// timeOf is a time of the contract, 0 for none.
func timeOf(at *time.Time) account.Time {
	if at == nil {
		return 0
	}
	return account.Time(at.UnixMilli())
}
