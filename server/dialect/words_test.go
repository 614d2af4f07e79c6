package dialect_test

import "quartet/openapi"

func toTitle(body any) string { return body.(openapi.Problem).Title }
