package mock_test

import (
	"regexp"
	"testing"

	"quartet/openapi/mock"
)

// TestEnvelopes speaks with a document as springdoc writes it: without examples.
func TestEnvelopes(t *testing.T) {
	c := newClient(t, documentOf(t, "springdoc"))
	c.get("/coupons").expect(t, 200, "code", "0", "msg", "success")
	c.get("/version").expect(t, 200, "code", "20000")
	c.get("/described").expect(t, 200, "code", "1")
	c.get("/order/list").expect(t, 200, "code", "0", "success", "true", "message", "success")
	c.get("/order/queryById?id=none").expect(t, 404, "code", "40401", "message", "没有这个订单", "success", "false")
	c.send("GET", "/order/queryById?id=1", "", "", "Prefer", "code=401").expect(t, 401)
	refused := c.json("POST", "/coupons", `[{}]`).expect(t, 400, "code", "400")
	if reason := refused.header.Get("Mock-Reason"); reason == "" || refused.at("msg") != reason {
		t.Errorf("the reason is %q, the message %q", reason, refused.at("msg"))
	}
}

func TestOneRecordByQuery(t *testing.T) {
	c := newClient(t, documentOf(t, "springdoc"))
	c.json("POST", "/order/add", `{"id":"A7","buyer":"王小明","lines":[{"product":"tea"}]}`).expect(t, 200, "code", "0")
	c.get("/order/queryById?id=A7").expect(t, 200, "result.buyer", "王小明", "result.lines.0.product", "tea")
	c.get("/order/list").expect(t, 200, "result.total", "2")
	c.send("DELETE", "/order/delete?id=A7", "", "").expect(t, 200)
	c.get("/order/queryById?id=A7").expect(t, 404)
}

func TestSeededKeyFitsItsFormat(t *testing.T) {
	c := newClient(t, documentOf(t, "springdoc"))
	id := c.get("/coupons").at("data.0.id")
	if len(id) != len("00000000-0000-4000-8000-000000000000") {
		t.Errorf("the id is %s", id)
	}
	c.get("/coupons/"+id).expect(t, 200, "data.id", id)
}

// TestPatternsOfECMAScript has patterns that Go does not read: \u4e00, and looking ahead.
func TestPatternsOfECMAScript(t *testing.T) {
	server := mock.New(documentOf(t, "springdoc"), mock.Options{})
	for _, pattern := range []struct{ path, text string }{
		{"/order/list", `"buyer":"\p{Han}{2,6}"`},
		{"/coupons", `"secret":"[^"]*[A-Z][^"]*"`},
		{"/coupons", `"secret":"[^"]*\d[^"]*"`},
		{"/coupons", `"exact":"([A-Za-z\d]*[!@#])+[A-Za-z\d]*"`},
		{"/coupons", `"word":"([a-z]+[0-9]|[0-9]+[a-z])[a-z0-9]+"`},
	} {
		if got := ask(server, "GET", pattern.path, ""); !regexp.MustCompile(pattern.text).MatchString(got) {
			t.Errorf("%s has no %s", got, pattern.text)
		}
	}
	c := newClient(t, documentOf(t, "springdoc"))
	c.json("POST", "/order/add", `{"buyer":"Tao"}`).expect(t, 400)
	c.json("POST", "/order/add", `{"buyer":"王小明","password":"all of it small 1"}`).expect(t, 400)
	c.json("POST", "/order/add", `{"buyer":"王小明","password":"Large and 1"}`).expect(t, 200)
}

func TestListsAreStored(t *testing.T) {
	c := newClient(t, documentOf(t, "springdoc"))
	before := c.get("/coupons").at("data.#")
	made := c.json("POST", "/coupons", `[{"secret":"Abcdefg1","word":"abcdefg1"},{"secret":"Abcdefg2","word":"abcdefg2"}]`).
		expect(t, 200, "code", "0", "data.#", "2", "data.1.word", "abcdefg2")
	c.get("/coupons/"+made.at("data.1.id")).expect(t, 200, "data.secret", "Abcdefg2")
	if before != "1" || c.get("/coupons").at("data.#") != "3" {
		t.Errorf("there were %s coupons, and now %s", before, c.get("/coupons").at("data.#"))
	}
	path, patch := "/coupons/"+made.at("data.1.id"), "application/json-patch+json"
	c.send("PATCH", path, patch, `[{"op":"replace","path":"/word","value":"abcdefg3"}]`).expect(t, 200, "data.word", "abcdefg3", "data.secret", "Abcdefg2")
	c.get(path).expect(t, 200, "data.word", "abcdefg3")
	c.send("PATCH", path, patch, `[{"op":"move","from":"/word","path":"/secret"}]`).expect(t, 415)
}
