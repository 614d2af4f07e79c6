package server_test

import (
	"fmt"
	"net/http"
	"testing"
)

// A person whose name has a middle dot signs in with any character that looks like it,
// and nobody else can have the name in another spelling.
func TestUserNamesHaveMiddleDots(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openRegistration)
	create := func(name string) answer {
		return w.postJSON("/api/user/create", fmt.Sprintf(`{"username":%q,"password":%q}`, name, goodPassword))
	}
	requireOK(t, create("阿凡提·买买提"))
	for _, same := range []string{"阿凡提·买买提", "阿凡提•买买提", "阿凡提・买买提", "阿凡提･买买提", "阿凡提‧买买提", "阿凡提∙买买提", "阿凡提⋅买买提"} {
		requireFailure(t, "jfinal", create(same), http.StatusConflict, "")
		w.signInThrough(same)
	}
	for _, bad := range []string{"·买买提", "阿凡提·", "阿凡提··买买提", "13800138000·13800138000"} {
		requireFailure(t, "jfinal", create(bad), http.StatusBadRequest, "username")
	}
}
