package dialect

import (
	"quartet/openapi"
	"quartet/server/apierr"
	"quartet/server/request"
)

// Problem is the format of failures on paths of no dialect: RFC 9457 problem details.
// The type is a URN, which is the same under every base path; a relative reference to
// the error page would be another one for each path.
var Problem = Dialect{
	Name:        "system",
	Rules:       request.Rules{IgnoreUnknown: true},
	ContentType: "application/problem+json",
	FailureBody: func(failed *apierr.Error, w Wording) any {
		problem := openapi.Problem{
			Type: "urn:problem-type:quartet:" + string(failed.Code), Title: w.Message, Status: int32(w.HTTP), Code: string(failed.Code),
		}
		if w.Detail != "" {
			problem.Detail = &w.Detail
		}
		return problem
	},
}
