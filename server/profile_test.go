package server_test

import (
	"fmt"
	"net/http"
	"testing"

	"quartet/store"
)

// Links in a profile have no scheme, http or https: any other can be a script that runs
// for its visitors.
func TestProfileLinksHaveNoOtherSchemeThanTheWebs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openRegistration)
	id := w.add("li.na", store.RoleMember)
	jwt := w.jwt("li.na")
	update := func(field, value string) answer {
		return w.postJSON("/api/user/update", fmt.Sprintf(`{"id":%d,%q:%q}`, id, field, value), "Jwt", jwt)
	}
	for _, field := range []string{"site", "avatar"} {
		for _, bad := range []string{
			"javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/hosts",
			"ftp://example.com", "http://", "http:///a", "https://a b", "javascript:http://example.com", "java\tscript:alert(1)", "java\nscript:alert(1)",
			"x javascript:alert(1)", "javascript:/a", "C:/a.png", " /a.png", "a  b", "/a  b.png", "javascript.example:x", "javascript:80",
		} {
			requireFailure(t, "jfinal", update(field, bad), http.StatusBadRequest, field)
			created := w.postJSON("/api/user/create", fmt.Sprintf(`{"username":"wu.tong",%q:%q}`, field, bad))
			requireFailure(t, "jfinal", created, http.StatusBadRequest, field)
		}
		for _, good := range []string{"http://example.com", "HTTPS://example.com/a?b=c#d", "https://例子.中国/头像.png", "https://[2001:db8::1]:8443/",
			"/attachment/20220830/a.png", "temp/20230101/头像.png", "//example.com/a.png", "www.example.com", "www.example.com/a:b", "fa fa-user",
			"/profile/upload/头像 (1).png", "example.com:8080", "www.example.com:8080/a", ""} {
			requireOK(t, update(field, good))
			if good == "" {
				continue
			}
			shown := requireOK(t, w.get(fmt.Sprintf("/api/user/detail?id=%d", id), "Jwt", jwt))
			if got := shown.body["user"].(map[string]any)[field]; got != good {
				t.Errorf("%s is %v, want %s", field, got, good)
			}
		}
	}
}
