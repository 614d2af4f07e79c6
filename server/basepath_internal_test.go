package server

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"

	"quartet/server/dialect/all"
)

// Nearly every request is at its path already, and pays nothing for those that are not.
func TestAPathThatStaysAllocatesNothing(t *testing.T) {
	e := echo.New()
	handler := newBasePaths([]string{"/prod-api", "/app-api"}, all.Dialects).rewrite(func(echo.Context) error { return nil })
	r := httptest.NewRequest(http.MethodGet, "/user/info?userId=1", nil)
	rawPath(r)
	c := e.NewContext(r, nil)
	if n := testing.AllocsPerRun(100, func() { _ = handler(c) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
	if r.URL.Path != "/user/info" || c.Get(rewrittenKey) != nil {
		t.Errorf("the path is %s", r.URL.Path)
	}
}
