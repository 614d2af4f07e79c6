package dialect

import "quartet/openapi"

// Problem is what paths of no dialect answer: RFC 9457 problem details.
var Problem = Dialect{
	Name:        "system",
	ContentType: "application/problem+json",
	body: func(f Failure) any {
		return openapi.Problem{
			Type:   "/docs/errors#" + string(f.Symbol),
			Title:  f.Message,
			Status: int32(f.HTTP),
			Code:   string(f.Symbol),
		}
	},
}
