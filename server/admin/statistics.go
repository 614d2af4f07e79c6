package admin

import (
	"context"
	"time"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// ReadFigures counts events by spans of time.
func (API) ReadFigures(ctx context.Context, r openapi.ReadFiguresRequestObject) (openapi.ReadFiguresResponseObject, error) {
	name, step := openapi.AdminStepHour, time.Hour
	if r.Params.Step != nil && *r.Params.Step == openapi.AdminStepDay {
		name, step = openapi.AdminStepDay, 24*time.Hour
	}
	figures, err := operator(ctx).Figures(ctx, timeOf(r.Params.Since), timeOf(r.Params.Until), step)
	if err != nil {
		return nil, err
	}
	return openapi.ReadFigures200JSONResponse{Body: openapi.AdminFigures{
		Since: utc(figures.Since), Until: utc(figures.Until), Step: name, LiveSessions: figures.LiveSessions,
		Spans: dialect.Convert(figures.Spans, utc),
		Series: dialect.Convert(figures.Series, func(s account.FigureSeries) openapi.AdminFigureSeries {
			series := openapi.AdminFigureSeries{Name: openapi.AdminFigureName(s.Name), Dialect: s.Dialect, Counts: s.Counts}
			if s.Way != "" {
				series.Way = &s.Way
			}
			return series
		}),
	}}, nil
}
