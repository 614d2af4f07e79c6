package contracttest

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"quartet/openapi/check/contract"
)

// overLimit sends the requests that the limit allows and returns the next one: the
// second code within a minute, the 61st user within an hour, the fourth wrong code or
// secret where three are allowed, the fourth look-up of another user.
func overLimit(r *target, t *testing.T, o documented) []sent {
	within, where, made := 1, r.demo, r.succeeding(t, o)
	switch o.OperationID {
	case "updateUser", "updatePassword":
		return r.manyChanges(t, o)
	case "signInByPassword":
		// As many sessions as a user may open in an hour, of the user who needs no others.
		_, err := r.second.ExecContext(t.Context(), `INSERT INTO sessions (id, user_id, dialect, opened_by, source, client_ip, user_agent, generation,
			access_expires_at, expires_at, created_at, last_seen_at)
			WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000)
			SELECT n, u.id, 'jfinal', 'password', '', '', '', 1, 0, 0, ?, 0 FROM c JOIN users u ON u.username = ?`, time.Now().UnixMilli(), changingUser)
		must(t, err)
		within = 0
		where, made = r.plain, request{Method: http.MethodPost, Path: made.Path, Header: http.Header{"Content-Type": {contract.MediaJSON}}}
		made.Body = fmt.Sprintf(`{"loginAccount":%q,"password":%q}`, changingUser, memberPassword)
	case "createUser":
		within, made = 60, o.Requests("weak_password")[0] // counted like any other, and cheap
	case "signInByMobile", "resetForgottenPassword", "verifyMobile":
		// In the demonstration it would lock out the other tests.
		within, where, made = 3, r.plain, o.Requests("wrong_code")[0]
		if o.OperationID == "verifyMobile" {
			r.authorise(&made, o, r.jwt(t, r.plain, "tao.ran", memberPassword))
		}
	case "closeAccount":
		within, where = 3, r.plain
		made.Body = `{"validateNo":"000000"}`
		r.authorise(&made, o, r.jwt(t, r.plain, "tao.ran", memberPassword))
		_, err := r.second.ExecContext(t.Context(), "UPDATE sessions SET created_at = 1")
		must(t, err)
	case "refreshAccessToken":
		// The server without --demo does not know the documented tokens.
		within, where, made = 3, r.plain, o.Requests("ok")[0]
	case "copyMyData":
		within, where = 5, r.plain
		r.authorise(&made, o, r.jwt(t, r.plain, "tao.ran", memberPassword))
	case "introspectToken", "getUserInfo":
		// The server without --demo does not know the application.
		within, where = 3, r.plain
		made.Header.Set("X-App-Secret", "wrong")
	case "getUserDetail", "postUserDetail":
		within, where, made = 3, r.plain, o.Requests("user_not_found")[0]
		r.contract.Authorise(&made, o, r.jwt(t, r.plain, "tao.ran", memberPassword), contract.Application{})
	case "signInByWeChat", "signInByWeChatMobile", "exchangeToken":
		within, where = 300, r.plain
	case "linkWeChat", "mergeUsers":
		within, where = map[string]int{"linkWeChat": 300, "mergeUsers": 5}[o.OperationID], r.plain
		r.authorise(&made, o, r.jwt(t, r.plain, "tao.ran", memberPassword))
	}
	for range within {
		where.send(t, made)
	}
	return to(where, made)
}

// changingUser is a user of the server without --demo whom no other case needs.
const changingUser = "shen.mo"

// manyChanges changes a user as often as users may, and returns one change more.
func (r *target) manyChanges(t *testing.T, o documented) []sent {
	var id int64
	must(t, r.second.QueryRowContext(t.Context(), "SELECT id FROM users WHERE username = ?", changingUser).Scan(&id))
	made := request{Method: http.MethodPost, Path: "/api/user/update", Header: http.Header{"Content-Type": {contract.MediaJSON}}}
	_, err := r.second.ExecContext(t.Context(), "DELETE FROM sessions WHERE user_id = ?", id) // of the case of signing in
	must(t, err)
	r.authorise(&made, o, r.jwt(t, r.plain, changingUser, memberPassword))
	for n := range 60 {
		made.Body = fmt.Sprintf(`{"id":%d,"nickname":"%d"}`, id, n)
		r.plain.send(t, made)
	}
	if made.Body = fmt.Sprintf(`{"id":%d,"nickname":"last"}`, id); o.OperationID == "updatePassword" {
		made.Path, made.Body = "/api/user/updatePassword", fmt.Sprintf(`{"userId":%d,"newPassword":"copper-heron-window","oldPassowrd":%q}`, id, memberPassword)
	}
	return to(r.plain, made)
}
