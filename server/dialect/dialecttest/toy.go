package dialecttest

import (
	_ "embed" // the dialect's part of the contract
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"quartet/openapi"
	"quartet/server/apierr"
	"quartet/server/dialect"
	"quartet/server/dialect/all"
)

// Dialect is the envelope {errcode, errmsg, …}.
var Dialect = dialect.Dialect{
	Name:        "toy",
	Prefixes:    []string{"/toy/"},
	Credentials: []dialect.Credential{{In: "header", Name: "X-Toy-Token"}},
	Numbers:     map[apierr.Code]int32{apierr.Unauthenticated: 41001},
	ContentType: dialect.ContentTypeJSON,
	FailureBody: func(_ *apierr.Error, w dialect.Wording) any {
		return map[string]any{"errcode": w.Number, "errmsg": w.Message}
	},
}

// Dialects are the server's dialects and the toy.
var Dialects = append(slices.Clone(all.Dialects), &Dialect)

//go:embed paths.yaml
var paths string

//go:embed schemas.yaml
var schemas string

// Contract is the contract with the toy's operations.
func Contract() []byte {
	return []byte(strings.NewReplacer(
		"\npaths:\n", "\n  - {name: toy, description: a toy}\npaths:\n"+paths,
		"\n  securitySchemes:\n", "\n  securitySchemes:\n    toyToken: {type: apiKey, in: header, name: X-Toy-Token}\n",
		"\n  schemas:\n", "\n  schemas:\n"+schemas,
		", system]", ", toy, system]",
	).Replace(string(openapi.Document)))
}

// Routes registers the toy's handler, which returns the caller.
func Routes(router openapi.EchoRouter) {
	router.GET("/toy/caller", func(c echo.Context) error {
		caller := dialect.CallFrom(c.Request().Context()).Caller
		return c.JSON(http.StatusOK, map[string]any{"errcode": 0, "errmsg": "ok", "userId": caller.UserID})
	})
}
