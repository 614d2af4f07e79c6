package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"quartet/server/account"
	"quartet/server/dialect"
)

// API has the handlers of the tag admin.
type API struct {
	dialect.Services
	Previewers map[string]dialect.Previewer // by the names of their dialects
	Keys       account.SigningKeys
	// SearchedUsers is how many users one page of a search looks at.
	SearchedUsers int
}

// operator returns who calls an operation that has an x-right.
func operator(ctx context.Context) account.Operator { return dialect.CallFrom(ctx).Operator }

// onceOperator is operator for a creation that an Idempotency-Key may name. request is the
// whole request; its type tells the operations apart.
func onceOperator(ctx context.Context, key *string, request any) account.Operator {
	if key == nil {
		return operator(ctx)
	}
	return operator(ctx).Once(*key, fmt.Sprintf("%T %s", request, text(request)))
}

// operatorIf is operator for a change of a resource that must match an If-Match header.
func operatorIf(ctx context.Context, ifMatch string) account.Operator {
	if ifMatch == "*" {
		return operator(ctx)
	}
	// Beyond int64 it is the greatest, which no resource has.
	version, _ := strconv.ParseInt(strings.Trim(strings.TrimPrefix(ifMatch, "W/"), `"`), 10, 64)
	return operator(ctx).IfVersion(&version)
}

// etag is the ETag of a version.
func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// text is a request in JSON, which tells requests apart.
func text(request any) string {
	encoded, err := json.Marshal(request)
	if err != nil {
		panic(err) // impossible: the generated types are encodable
	}
	return string(encoded)
}
