package request_test

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"quartet/server/apierr"
	"quartet/server/request"
)

const petDocument = `
openapi: 3.0.3
info: {title: Pets, version: '1'}
paths:
  /pets:
    post:
      operationId: addPet
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name]
              properties:
                name: {type: string, maxLength: 8}
                age: {type: integer}
      responses:
        '204': {description: added}
`

// A middleware reads each request before its handler does.
func ExampleNew() {
	document, err := openapi3.NewLoader().LoadFromData([]byte(petDocument))
	if err != nil {
		panic(err)
	}
	operations, err := request.New(document, request.Options{Limits: request.Limits{Keys: 10}})
	if err != nil {
		panic(err)
	}
	e := echo.New()
	e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if operation := operations[request.RouteOf(c)]; operation != nil {
				members, err := operation.Read(c)
				if err != nil {
					failed := apierr.As(err)
					fmt.Printf("%s: %s %s\n", failed.Code, failed.Field, cmp.Or(failed.Reason, "-"))
					return c.NoContent(http.StatusBadRequest)
				}
				fmt.Println(operation.OperationID, members["name"])
			}
			return next(c)
		}
	})
	// Usually generated: RegisterHandlers(e, NewStrictHandler(server, nil)).
	e.POST("/pets", func(c echo.Context) error { return c.NoContent(http.StatusNoContent) })

	for _, body := range []string{`{"name":"Mimi"}`, `{"name":"Bartholomew"}`, `{"Name":"Mimi"}`, `{"name":"Mimi","name":"Momo"}`} {
		sent := httptest.NewRequest(http.MethodPost, "/pets", strings.NewReader(body))
		sent.Header.Set("Content-Type", "application/json")
		e.ServeHTTP(httptest.NewRecorder(), sent)
	}
	// Output:
	// addPet Mimi
	// invalid_field: name too_long
	// misspelled_field: Name -
	// duplicate_field: name -
}
