package dialect

import (
	"github.com/getkin/kin-openapi/openapi3"

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
	ContentType: contentTypeProblem,
	FailureBody: problemBody,
}

// Admin is the format of the admin API: plain resources, read strictly, whose failures are
// problem details too.
var Admin = Dialect{
	Name:        "admin",
	Prefixes:    []string{"/admin/"},
	Credentials: []Credential{{In: openapi3.ParameterInHeader, Name: "Authorization"}},
	ContentType: contentTypeProblem,
	FailureBody: problemBody,
}

const contentTypeProblem = "application/problem+json"

// HasProblems reports whether failures are problem details, and answers plain JSON.
func (d *Dialect) HasProblems() bool { return d.ContentType == contentTypeProblem }

func problemBody(failed *apierr.Error, w Wording) any {
	problem := openapi.Problem{
		Type: "urn:problem-type:quartet:" + string(failed.Code), Title: w.Message, Status: int32(w.HTTP), Code: string(failed.Code),
	}
	if w.Detail != "" {
		problem.Detail = &w.Detail
	}
	return problem
}
