package server_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"quartet/store"
)

// The method, the path and the length of a request are those of its first line and of
// HTTP: no header, field or escape gives it others.
func TestNothingOverridesARequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.add("tao.ran", store.RoleMember)
	jwt := w.jwt("tao.ran")
	overrides := []string{"X-HTTP-Method-Override", "DELETE", "X-HTTP-Method", "DELETE", "X-Method-Override", "DELETE", "X-Original-URL", "/admin/users", "X-Rewrite-URL", "/admin/users", "Jwt", jwt}
	detail := fmt.Sprintf("/api/user/detail?id=%d", id)
	requireOK(t, w.get(detail+"&_method=DELETE", overrides...))
	requireFailure(t, "jfinal", w.send(request{method: http.MethodPut, path: detail, header: pairs(overrides)}), http.StatusMethodNotAllowed)
	requireFailure(t, "yudao", w.postForm("/auth/sessions", url.Values{"_method": {"GET"}}, "X-HTTP-Method-Override", "GET", "Authorization", jwt), http.StatusMethodNotAllowed)
	for _, path := range []string{
		"/api/user/%64etail", "/api/user%2fdetail", "/api/user/detail;a=b", "/api/./user/detail", "/api/x/../user/detail", "/api/user/%2e%2e/user/detail", "/api\\user\\detail",
		"/%61dmin/users", "/admin%2fusers", "/x/../admin/users", "//admin/users", "/admin//users", "/admin/users/", "/Admin/users", "/api/user/..;/../admin/users", "/metrics/", "/%6detrics", "/metrics%00",
	} {
		if got := w.get(path, "Jwt", jwt); got.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.status)
		}
	}
	for field, got := range map[string]answer{
		"query": w.get(detail+"&id=%zz", "Jwt", jwt),
		"id":    w.postJSON("/api/user/update", `{"id":9223372036854775808}`, "Jwt", jwt),
	} {
		requireFailure(t, "jfinal", got, http.StatusBadRequest, field)
	}
	requireFailure(t, "jfinal", w.get("/api/user/detail?id=9223372036854775808", "Jwt", jwt), http.StatusBadRequest, "id", "int64")
	requireFailure(t, "jfinal", w.get(detail+";", "Jwt", jwt), http.StatusBadRequest, "query")
}

func TestLengthsThatConflict(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("tao.ran", store.RoleMember)
	right := "loginAccount=tao.ran&password=" + goodPassword
	chunked := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(right), right)
	for name, c := range map[string]struct {
		headers, body string
		status        int
	}{
		"one length":               {fmt.Sprintf("Content-Length: %d", len(right)), right, 200},
		"chunks":                   {"Transfer-Encoding: chunked", chunked, 200},
		"chunks beside a length":   {"Content-Length: 3\r\nTransfer-Encoding: chunked", chunked, 200},
		"the same length twice":    {fmt.Sprintf("Content-Length: %d\r\nContent-Length: %[1]d", len(right)), right, 200},
		"two lengths":              {fmt.Sprintf("Content-Length: %d\r\nContent-Length: 3", len(right)), right, 400},
		"a list of lengths":        {fmt.Sprintf("Content-Length: %d, 3", len(right)), right, 400},
		"a length with a sign":     {fmt.Sprintf("Content-Length: +%d", len(right)), right, 400},
		"a length in hex":          {fmt.Sprintf("Content-Length: 0x%x", len(right)), right, 400},
		"chunks twice":             {"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", chunked, 501},
		"another transfer":         {"Transfer-Encoding: xchunked", chunked, 501},
		"gzip and chunks":          {"Transfer-Encoding: gzip, chunked", chunked, 501},
		"a blank before the colon": {"Transfer-Encoding : chunked", chunked, 400},
		"a folded header":          {"Transfer-Encoding:\r\n identity", chunked, 501},
		"a length beyond int64":    {"Content-Length: 9223372036854775808", right, 400},
		"a chunk without a size":   {"Transfer-Encoding: chunked", "-1\r\n" + right + "\r\n0\r\n\r\n", 400},
		"fields after the chunks":  {"Transfer-Encoding: chunked\r\nTrailer: Content-Type", strings.TrimSuffix(chunked, "\r\n") + "Content-Type: application/json\r\n\r\n", 200},
	} {
		connection, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
		must(t, err)
		must(t, connection.SetDeadline(time.Now().Add(20*time.Second)))
		_, err = fmt.Fprintf(connection, "POST /api/user/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: %s\r\n%s\r\n\r\n%s", formMedia, c.headers, c.body)
		must(t, err)
		got, err := http.ReadResponse(bufio.NewReader(connection), nil)
		if err != nil || got.StatusCode != c.status {
			t.Errorf("%s: %v %v, want %d", name, got, err, c.status)
		}
		_ = connection.Close()
	}
}
