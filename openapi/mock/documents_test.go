package mock_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"quartet/openapi"
	"quartet/openapi/mock"
)

func documentOf(t *testing.T, name string) *openapi3.T {
	t.Helper()
	document, err := mock.ReadFile(filepath.Join("testdata", name+".yaml"))
	must(t, err)
	must(t, mock.Validate(document))
	return document
}

func TestEveryAnswerIsValid(t *testing.T) {
	for _, name := range []string{"nested", "paged", "files", "springdoc"} {
		t.Run(name, func(t *testing.T) {
			if all := answerAll(t, documentOf(t, name)); all.missing > 0 {
				t.Errorf("%d operations on records that are there at the start were answered as missing", all.missing)
			}
		})
	}
	t.Run("contract", func(t *testing.T) {
		document, err := mock.Read(openapi.Document)
		must(t, err)
		if all := answerAll(t, document); all.operations < 27 || all.missing > 0 {
			t.Errorf("%+v", all)
		}
	})
}

// client calls a mock over HTTP, and validates each of its answers.
type client struct {
	t      *testing.T
	server *httptest.Server
	router routers.Router
}

func newClient(t *testing.T, document *openapi3.T) *client {
	t.Helper()
	server := httptest.NewServer(mock.New(document, mock.Options{}))
	t.Cleanup(server.Close)
	router, err := legacy.NewRouter(&openapi3.T{
		OpenAPI: document.OpenAPI, Info: document.Info, Paths: document.Paths, Components: document.Components, Security: document.Security,
	})
	must(t, err)
	return &client{t, server, router}
}

// reply is an answer.
type reply struct {
	status int
	header http.Header
	text   string
	value  any
}

// at is the value at a path of keys and numbers, as text.
func (r reply) at(path string) string {
	value := r.value
	for key := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[key]
		case []any:
			i := 0
			_, _ = fmt.Sscan(key, &i)
			if key == "#" {
				return fmt.Sprint(len(v))
			}
			if i >= len(v) {
				return "none"
			}
			value = v[i]
		default:
			return "none"
		}
	}
	return fmt.Sprint(value)
}

func (c *client) send(method, target, contentType, body string, headers ...string) reply {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.server.URL+target, strings.NewReader(body))
	must(c.t, err)
	request.Header.Set("Authorization", "Bearer anything")
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			request.Header.Del(headers[i])
		}
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	must(c.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(c.t, err)
	c.validate(request, response, text)
	r := reply{status: response.StatusCode, header: response.Header, text: string(text)}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	_ = decoder.Decode(&r.value) // not every answer is JSON
	return r
}

func (c *client) validate(request *http.Request, response *http.Response, text []byte) {
	c.t.Helper()
	route, values, err := c.router.FindRoute(request)
	if err != nil {
		return // the document does not have it
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: request, Route: route, PathParams: values},
		Status:                 response.StatusCode, Header: response.Header,
	}
	input.SetBodyBytes(text)
	if err := openapi3filter.ValidateResponse(c.t.Context(), input); err != nil && !strings.Contains(err.Error(), "unsupported content type") {
		c.t.Errorf("%s %s → %d: %v", request.Method, request.URL.Path, response.StatusCode, err)
	}
}

func (c *client) get(target string) reply { c.t.Helper(); return c.send("GET", target, "", "") }

func (c *client) json(method, target, body string) reply {
	c.t.Helper()
	return c.send(method, target, "application/json", body)
}

// expect compares the status and values, given as path and text.
func (r reply) expect(t *testing.T, status int, pairs ...string) reply {
	t.Helper()
	if r.status != status {
		t.Errorf("status %d, not %d: %s %s", r.status, status, r.text, r.header.Get("Mock-Reason"))
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if got := r.at(pairs[i]); got != pairs[i+1] {
			t.Errorf("%s is %s, not %s: %s", pairs[i], got, pairs[i+1], r.text)
		}
	}
	return r
}

func TestNestedRecords(t *testing.T) {
	c := newClient(t, documentOf(t, "nested"))
	c.get("/customers").expect(t, 200, "#", "2", "0.name", "Tao Ran")
	created := c.json("POST", "/customers", `{"name":"Wang Lan","city":"Nanjing","password":"secret-secret"}`)
	created.expect(t, 201, "id", "9", "name", "Wang Lan", "password", "<nil>", "level", "basic")
	if got := created.header.Get("Location"); got != "/customers/9" {
		t.Errorf("Location is %q", got)
	}
	c.get("/customers/9").expect(t, 200, "city", "Nanjing", "level", "basic", "createdAt", created.at("createdAt"))
	c.get("/customers?city=Nanjing").expect(t, 200, "#", "1", "0.id", "9")
	c.send("PATCH", "/customers/9", "application/merge-patch+json", `{"name":"Lan","city":null}`).expect(t, 200, "name", "Lan", "city", "<nil>")
	c.json("PUT", "/customers/9", `{"id":1,"name":"Lan W.","createdAt":"2020-01-01T00:00:00Z"}`).
		expect(t, 200, "id", "9", "name", "Lan W.", "createdAt", created.at("createdAt"))

	c.get("/customers/9/orders").expect(t, 200, "orders.#", "0")
	order := c.json("POST", "/customers/9/orders", `{"note":"soon","lines":[{"product":"P-0001","count":2}]}`).
		expect(t, 201, "order.note", "soon", "order.lines.0.product", "P-0001", "order.state", "open")
	path := "/customers/9/orders/" + order.at("order.id")
	c.get(path).expect(t, 200, "order.id", order.at("order.id"), "order.lines.0.count", "2")
	c.get("/customers/9/orders").expect(t, 200, "orders.#", "1")
	c.get("/customers/7/orders/"+order.at("order.id")).expect(t, 404)
	c.send("POST", path+"/payment", "", "").expect(t, 200, "kind", "card")
	c.send("POST", path+"/payment", "", "", "Prefer", "example=transfer").expect(t, 200, "bank", "Example Bank")
	c.send("POST", path+"/payment", "", "", "Prefer", "code=409").expect(t, 409)
	c.send("DELETE", path, "", "").expect(t, 200)
	c.get(path).expect(t, 404)

	c.send("DELETE", "/customers/9", "", "").expect(t, 204)
	c.get("/customers/9").expect(t, 404, "error.message", "there is no customer 9")
	c.get("/customers/9/orders").expect(t, 404)
	c.get("/v2/customers").expect(t, 200, "#", "2")
	c.json("POST", "/staff", `{"username":"zhou.ran"}`).expect(t, 200, "id", "11", "username", "zhou.ran")
	c.json("POST", "/staff", `{"username":"zhou.ran"}`).expect(t, 409)
	c.get("/staff/zhou.ran").expect(t, 200, "id", "11")
	c.json("PUT", "/settings", `{"language":"en","theme":"dark"}`).expect(t, 200)
	c.get("/settings").expect(t, 200, "language", "en", "theme", "dark")
	c.send("POST", "/__mock/reset", "", "").expect(t, 204)
	c.get("/customers/7").expect(t, 200, "name", "Tao Ran")
}

func TestRefusals(t *testing.T) {
	c := newClient(t, documentOf(t, "nested"))
	c.json("POST", "/customers", `{"name":""}`).expect(t, 400, "error.message", "body /name: minimum string length is 1")
	c.json("POST", "/customers", `{`).expect(t, 400)
	c.json("POST", "/customers/7/orders", `{"lines":[{"product":"x","count":2}]}`).expect(t, 422)
	c.send("POST", "/customers", "text/csv", "a,b").expect(t, 400)
	c.get("/customers/x").expect(t, 400, "title", "Bad Request") // a problem, as no 400 is documented
	c.send("POST", "/customers", "application/json", `{"name":"x"}`, "Authorization", "").expect(t, 401)
	c.send("GET", "/customers", "", "", "Accept", "image/png").expect(t, 406)
	c.send("GET", "/customers", "", "", "Prefer", "code=418").expect(t, 400)
	c.get("/nothing").expect(t, 404, "title", "Not Found")
	if r := c.send("PUT", "/customers", "", "").expect(t, 405); r.header.Get("Allow") != "GET, HEAD, OPTIONS, POST" {
		t.Errorf("Allow is %q", r.header.Get("Allow"))
	}
	preflight := c.send("OPTIONS", "/customers", "", "", "Origin", "http://localhost:5173", "Access-Control-Request-Method", "POST",
		"Access-Control-Request-Headers", "authorization").expect(t, 204)
	if preflight.header.Get("Access-Control-Allow-Origin") != "http://localhost:5173" || preflight.header.Get("Access-Control-Allow-Headers") != "authorization" {
		t.Errorf("the preflight is answered with %v", preflight.header)
	}
}

func TestPages(t *testing.T) {
	c := newClient(t, documentOf(t, "paged"))
	for i := range 5 {
		language := []string{"zh", "en"}[i%2]
		c.json("POST", "/books", fmt.Sprintf(`{"isbn":"978000000000%d","title":"Book %d","language":%q}`, i, i, language)).expect(t, 201)
	}
	first := c.get("/books?per_page=4").expect(t, 200, "items.#", "4", "meta.total", "6", "meta.total_pages", "2", "meta.page", "1", "meta.per_page", "4")
	if first.header.Get("X-Total-Count") != "6" || !strings.Contains(first.at("next"), "page=2") {
		t.Errorf("X-Total-Count is %q, next %s", first.header.Get("X-Total-Count"), first.at("next"))
	}
	c.get("/books?per_page=4&page=2").expect(t, 200, "items.#", "2", "items.1.title", "Book 4", "next", "<nil>", "count", "2")
	if prev := first.at("prev"); prev != "<nil>" {
		t.Errorf("before the first page there is %s", prev)
	}
	if prev := c.get("/books?per_page=2&page=3").at("prev"); !strings.Contains(prev, "page=2") {
		t.Errorf("before page 3 there is %s", prev)
	}
	c.get("/books?language=en").expect(t, 200, "items.#", "2", "meta.total", "2")
	c.get("/books/9780000000003").expect(t, 200, "title", "Book 3")
	c.get("/books/9790000000003").expect(t, 404, "detail", "there is no book 9790000000003")

	for range 3 {
		c.json("POST", "/events", `{"kind":"closed"}`).expect(t, 200, "kind", "closed")
	}
	page := c.get("/events?limit=3").expect(t, 200, "data.#", "3", "has_more", "true", "previous", "<nil>", "count", "4")
	second := c.get("/events?limit=3&cursor="+page.at("next_cursor")).expect(t, 200, "data.#", "1", "has_more", "false", "next_cursor", "<nil>")
	c.get("/events?limit=3&cursor="+second.at("previous")).expect(t, 200, "data.#", "3")
}

func TestVerbsInPaths(t *testing.T) {
	c := newClient(t, documentOf(t, "paged"))
	form := "application/x-www-form-urlencoded"
	c.get("/member/get?id=41").expect(t, 200, "code", "0", "data.name", "Tao Ran")
	c.send("POST", "/member/create", form, "name=Su+Qing&age=30&tags[]=a&tags[]=b").expect(t, 200, "code", "0", "data", "42")
	c.get("/member/get?id=42").expect(t, 200, "code", "0", "data.name", "Su Qing", "data.age", "30", "data.tags.1", "b")
	c.get("/member/page?pageNo=2&pageSize=1").expect(t, 200, "data.total", "2", "data.list.#", "1", "data.list.0.id", "42")
	c.json("PUT", "/member/update", `{"id":42,"name":"Su"}`).expect(t, 200, "code", "0")
	c.get("/member/get?id=42").expect(t, 200, "data.name", "Su", "data.age", "30")
	c.send("DELETE", "/member/delete?id=42", "", "").expect(t, 200)
	c.get("/member/get?id=42").expect(t, 200, "code", "1004", "msg", "没有这个会员")
	c.send("POST", "/member/create", form, "age=-1").expect(t, 400)
}

func TestFiles(t *testing.T) {
	c := newClient(t, documentOf(t, "files"))
	var body bytes.Buffer
	writer := multipart.NewWriter(&body)
	must(t, writer.WriteField("purpose", "photo"))
	must(t, writer.WriteField("title", "The night"))
	part, err := writer.CreateFormFile("file", "night.bin")
	must(t, err)
	content := "\x00\x01\xfe\xff not text"
	_, err = io.WriteString(part, content)
	must(t, err)
	must(t, writer.Close())
	kept := c.send("POST", "/files", writer.FormDataContentType(), body.String()).
		expect(t, 201, "filename", "night.bin", "bytes", fmt.Sprint(len(content)), "purpose", "photo", "title", "The night", "content_type", "application/octet-stream")
	path := "/files/" + kept.at("id")
	c.get(path).expect(t, 200, "filename", "night.bin")
	c.get("/files").expect(t, 200, "data.#", "2", "data.1.id", kept.at("id"))
	got := c.get(path+"/content").expect(t, 200)
	if got.text != content || got.header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("got %q as %s", got.text, got.header.Get("Content-Type"))
	}
	c.send("DELETE", path, "", "").expect(t, 200, "id", kept.at("id"), "deleted", "true")
	c.get(path).expect(t, 404)
	c.get(path+"/content").expect(t, 404)
	c.send("POST", "/files", "application/json", `{}`).expect(t, 415)

	c.send("PUT", "/people/3/photo", "image/jpeg", "\xff\xd8 not a picture").expect(t, 204)
	photo := c.get("/people/3/photo").expect(t, 200)
	if photo.text != "\xff\xd8 not a picture" || photo.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("got %q as %s", photo.text, photo.header.Get("Content-Type"))
	}
	if card := c.send("GET", "/people/3/card", "", "", "Accept", "text/vcard").expect(t, 200); !strings.HasPrefix(card.text, "BEGIN:VCARD") {
		t.Errorf("got %q", card.text)
	}
	c.send("GET", "/people/3/card", "", "", "Accept", "text/plain;q=0.5, application/json").expect(t, 200, "id", "3")
}
