package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"quartet/server/account"
	"quartet/store"
)

const thiefsMobile = "13900006666"

// stolen is the token of a session that its user opened an hour ago.
func (s *cluster) stolen(t *testing.T, username string) string {
	t.Helper()
	jwt := s.server(0).jwt(t, username, goodPassword)
	s.exec(t, "UPDATE sessions SET created_at = created_at - 3600000")
	return jwt
}

// A thief who has a live token and nothing else changes no way in on any server, and after
// the owner's change of password has nothing.
func TestP2_AStolenTokenIsNotTheAccount(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		owner := s.owner(t, "lu.jiahe", mobile)
		s.exec(t, "UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE id = ?) WHERE id = ?", s.person(t, "tao.ran", store.RoleMember), owner)
		root, other := s.person(t, "root", store.RoleSuperAdministrator), s.person(t, "he.yun", store.RoleAdministrator)
		_, err := s.rules.CommandLine().AddApplication(t.Context(), "partner", "合作方", nil)
		must(t, err)
		jwt, rootJWT, thiefs := s.stolen(t, "lu.jiahe"), s.stolen(t, "root"), s.server(0).jwt(t, "tao.ran", goodPassword)
		s.setCode(t, account.PurposeVerifyMobile, thiefsMobile)
		before := s.row(t, owner)
		for name, status := range map[string]int{
			"mobile":  s.server(0).send(t, postJSON("/auth/mobile/verify", fmt.Sprintf(`{"mobile":%q,"validateNo":%q}`, thiefsMobile, someCode), "Authorization", jwt)).Status,
			"update":  s.server(1).send(t, postJSON("/api/user/update", fmt.Sprintf(`{"id":%d,"nickname":"x","mobile":%q}`, owner, thiefsMobile), "Jwt", jwt)).Status,
			"e-mail":  s.server(2).send(t, postJSON("/api/user/update", fmt.Sprintf(`{"id":%d,"nickname":"x","email":"thief@example.com"}`, owner), "Jwt", jwt)).Status,
			"clear":   s.server(0).send(t, postJSON("/api/user/update", fmt.Sprintf(`{"id":%d,"nickname":"x","mobile":""}`, owner), "Jwt", jwt)).Status,
			"WeChat":  s.server(1).send(t, postJSON("/auth/wechat/link", `{"code":"`+weChatCode+`"}`, "Authorization", jwt)).Status,
			"merge":   s.server(2).send(t, postJSON("/auth/merge", `{"accessToken":"`+thiefs+`"}`, "Authorization", jwt)).Status,
			"close":   s.server(0).send(t, postJSON("/auth/account/close", `{}`, "Authorization", jwt)).Status,
			"root":    s.server(1).send(t, postJSON("/api/user/updatePassword", fmt.Sprintf(`{"userId":%d,"newPassword":%q}`, root, otherPassword), "Jwt", rootJWT)).Status,
			"other":   s.server(1).send(t, postJSON("/api/user/updatePassword", fmt.Sprintf(`{"userId":%d,"newPassword":%q}`, other, otherPassword), "Jwt", rootJWT)).Status,
			"reset":   s.server(2).send(t, operating(http.MethodPost, fmt.Sprintf("/admin/users/%d/password", other), `{}`, rootJWT)).Status,
			"role":    s.server(0).send(t, operating(http.MethodPut, fmt.Sprintf("/admin/users/%d/role", owner), `{"role":"super_administrator"}`, rootJWT, "If-Match", "*")).Status,
			"secret":  s.server(1).send(t, operating(http.MethodPost, "/admin/applications/partner/secrets", "", rootJWT)).Status,
			"webhook": s.server(2).send(t, operating(http.MethodPost, "/admin/webhooks", `{"url":"https://thief.example.com/"}`, rootJWT)).Status,
			"admin":   s.server(2).send(t, postJSON(fmt.Sprintf("/admin/users/%d/password", root), `{}`, "Authorization", "Bearer "+rootJWT)).Status,
		} {
			if status != http.StatusForbidden {
				t.Errorf("%s: %d", name, status)
			}
		}
		if after := s.row(t, owner); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("the row was %v and is %v", before, after)
		}
		s.server(1).ok(t, postForm("/api/user/updatePassword", url.Values{
			"userId": {fmt.Sprint(owner)}, "newPassword": {otherPassword}, "oldPassowrd": {goodPassword},
		}, "Jwt", s.server(2).jwt(t, "lu.jiahe", goodPassword)))
		for i := range 3 {
			refused(t, "yudao", s.server(i).send(t, get("/auth/sessions", "Authorization", jwt)), http.StatusUnauthorized)
		}
		s.setCode(t, account.PurposeSignIn, thiefsMobile)
		got := s.server(0).ok(t, byCode(thiefsMobile, someCode))
		if data := got.body["data"].(map[string]any); data["userInfo"].(map[string]any)["id"] == float64(owner) {
			t.Error("the thief signs in by SMS")
		}
	})
}

// A thief who uses a stolen token from elsewhere does not keep the owner from ending that.
func TestP2_AThiefKeepsNoOwnerFromANewPassword(t *testing.T) {
	onEachEngine(t, behindProxy, func(t *testing.T, s *cluster) {
		const home, elsewhere = "192.0.2.1", "203.0.113.66"
		owner := s.person(t, "lu.jiahe", store.RoleMember)
		jwt := text(s.server(0).ok(t, byPassword("lu.jiahe", goodPassword, from(home)...)), "Jwt")
		change := func(server int, old, clientIP string) answer {
			return s.server(server).send(t, postForm("/api/user/updatePassword", url.Values{
				"userId": {fmt.Sprint(owner)}, "newPassword": {otherPassword}, "oldPassowrd": {old},
			}, append(from(clientIP), "Jwt", jwt)...))
		}
		for i := range 8 {
			refused(t, "jfinal", change(i, "wrong-otter-lantern", elsewhere), http.StatusBadRequest)
		}
		for i := range 62 {
			s.server(i).send(t, postJSON("/api/user/update", fmt.Sprintf(`{"id":%d,"nickname":"n%d"}`, owner, i), append(from(elsewhere), "Jwt", jwt)...))
		}
		expect(t, change(2, goodPassword, home), http.StatusOK)
	})
}

func TestA5_ComposedCharacters(t *testing.T) {
	onEachEngine(t, []string{"--open-registration"}, func(t *testing.T, s *cluster) {
		const composed, decomposed = "caf\u00e9-otter-lantern", "cafe\u0301-otter-lantern"
		s.server(0).ok(t, postForm("/api/user/create", url.Values{"user": {fmt.Sprintf(`{"username":"tao.ran","password":%q}`, decomposed)}}))
		for i, text := range []string{composed, decomposed} {
			s.server(i).jwt(t, "tao.ran", text)
		}
		refused(t, "jfinal", s.server(2).send(t, byPassword("tao.ran", "cafe-otter-lantern")), http.StatusUnauthorized)
		for _, text := range []string{"violet\u200b-otter-lantern", "Tao.Ran2026", "ｐａｓｓｗｏｒｄ１２３"} {
			got := s.server(1).send(t, postForm("/api/user/create", url.Values{"user": {fmt.Sprintf(`{"username":"tao.ran","password":%q}`, text)}}))
			refused(t, "jfinal", got, http.StatusUnprocessableEntity)
		}
	})
}
