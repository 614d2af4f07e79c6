package contract_test

import (
	"testing"

	"quartet/openapi/check/contract"
)

func TestShapesSayNothingOfPeople(t *testing.T) {
	for text, want := range map[string]string{
		"林晚秋 Lin-7":                 "字字字 Aaa-0",
		"2026-11-21T01:00:00+08:00": "0000-00-00A00:00:00+00:00",
		"demo@example.com":          "aaaa@aaaaaaa.aaa",
	} {
		if got := contract.Shape(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	for _, c := range []struct{ d, want contract.Difference }{
		{contract.Difference{Where: "/data/0/name", Documented: "integer", Got: `"林晚秋"`}, contract.Difference{Where: "/data/*/name", Documented: "integer", Got: `"字字字"`}},
		{contract.Difference{Where: "/a", Documented: "no such key", Got: `key a: {"mobile":"13800138000","n":13800138000,"long":"abc…`}, contract.Difference{Where: "/a", Documented: "no such key", Got: `key a: {"mobile":"00000000000","n":10000000000,"long":"aaa…`}},
		{contract.Difference{Where: "/id", Documented: `"(7)" ($request.query.userId)`, Got: "13800138000"}, contract.Difference{Where: "/id", Documented: "the value of $request.query.userId", Got: "10000000000"}},
		{contract.Difference{Where: "/items", Documented: "at most 2 elements ($request.query.size)", Got: "3 elements"}, contract.Difference{Where: "/items", Documented: "at most the value of $request.query.size elements", Got: "3 elements"}},
		{contract.Difference{Where: "/aud/*", Documented: `"1" exactly once ($response.body#/client_id)`, Got: "0 times"}, contract.Difference{Where: "/aud/*", Documented: "the value of $response.body#/client_id exactly once", Got: "0 times"}},
		{contract.Difference{Where: "content type", Documented: "application/json", Got: `"text/html"`}, contract.Difference{Where: "content type", Documented: "application/json", Got: `"text/html"`}},
	} {
		if got := c.d.Shaped(); got != c.want {
			t.Errorf("%s: got %s, want %s", c.d, got, c.want)
		}
	}
	for path, want := range map[string]string{
		"/user/info": "/user/info", "/users/13800138000/orders": "/users/{…}/orders", "/v2/u/demo@example.com": "/v2/u/{…}.com", "/用户/a": "/{…}/a", "/index.html": "/index.html",
	} {
		if got := contract.ShapePath(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
