package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"quartet/store"
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

// A name that looks like another, or hides a part of itself, is refused with its field and
// the rule, in the caller's dialect.
func TestNamesShowWhatTheyAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openRegistration)
	const mixed, unseen = "混用了不会一起书写的文字", "含有不可见字符"
	create := func(field, text string) answer {
		fields := map[string]string{"username": "u" + fmt.Sprint(time.Now().UnixNano()), field: text}
		body, err := json.Marshal(fields)
		must(t, err)
		return w.postJSON("/api/user/create", string(body))
	}
	for _, c := range []struct{ field, text, rule string }{
		{"username", "аdmin", mixed}, {"username", "раураl", mixed}, {"username", "αdmin", mixed}, {"username", "林аdmin", mixed}, {"username", "Ꭺdmin", mixed},
		{"username", "adm\u200bin", unseen}, {"username", "\u202enimda", unseen}, {"username", "ad\u00admin", unseen}, {"username", "admin\u3164", unseen}, {"username", "admin\ufe0f", unseen},
		{"username", "a\u0301\u0301b", "格式不正确"},
		{"nickname", "客服\u202e", unseen}, {"nickname", "管理\u200b员", unseen}, {"nickname", "\u2066客服", unseen}, {"nickname", "客\u200d服", unseen}, {"nickname", "客服\ufe0f", unseen},
		{"nickname", "a\nb", unseen}, {"nickname", "\u3164", unseen}, {"nickname", "a\U000e0041", unseen},
		{"email", "аdmin@example.com", mixed}, {"email", "li@exаmple.com", mixed}, {"email", "li@xn--exmple-4nf.com", mixed}, {"email", "l\u200bi@example.com", unseen},
		{"email", "l＠i@example.com", "格式不正确"}, {"email", "li@xn--a.com", "格式不正确"},
	} {
		got := create(c.field, c.text)
		t.Run(fmt.Sprintf("%s %+q", c.field, c.text), func(t *testing.T) {
			requireFailure(t, "jfinal", got, http.StatusBadRequest, c.field, c.rule)
		})
	}
	for _, right := range []string{"林晚秋", "Lin晚秋", "阿凡提·买买提", "иван", "ئابدۇللا", "བཀྲ་ཤིས", "さくら桜", "김민준", "müller", "lin_2008"} {
		requireOK(t, create("username", right))
	}
	for _, right := range []string{"晚秋😀", "👨‍👩‍👧‍👦", "👩🏽‍💻写代码", "1️⃣班", "🏴‍☠️", "阿凡提·买买提", "ᠨᠢ\u180b", "می\u200cخواهم", "Иван 林", "客 服"} {
		requireOK(t, create("nickname", right))
	}
}

// A name wholly in other letters is refused where it looks like a user's.
func TestNamesThatLookLikeAnothers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openRegistration)
	create := func(name string) answer {
		return w.postJSON("/api/user/create", fmt.Sprintf(`{"username":%q,"password":%q}`, name, goodPassword))
	}
	requireOK(t, create("coco"))
	requireOK(t, create("Max.1"))
	for _, same := range []string{"сосо", "СОСО", "МАХ.1"} {
		requireFailure(t, "jfinal", create(same), http.StatusConflict)
	}
	requireOK(t, create("сора"))
	requireOK(t, create("иван"))
}

// Equal addresses are one, however they are written, and space around an account is none
// of it.
func TestOneUserHoldsAnAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openRegistration)
	create := func(name, email string) answer {
		return w.postJSON("/api/user/create", fmt.Sprintf(`{"username":%q,"email":%q,"password":%q}`, name, email, goodPassword))
	}
	requireOK(t, create("tao.ran", "tao@例子.中国"))
	requireOK(t, create("lu.jiahe", "LU@Example.com"))
	for i, same := range []string{
		"tao@xn--fsqu00a.xn--fiqs8s", "TAO@XN--FSQU00A.xn--fiqs8s", "ｔａｏ@例子.中国", "tao@例子.中国", "ＴＡＯ@例子.中国",
		"lu@example.com", "lu@ｅｘａｍｐｌｅ.com", "ｌｕ@ｅxample.com", "Lu@EXAMPLE.COM", "lu@exam\u00adple.com",
	} {
		requireFailure(t, "jfinal", create(fmt.Sprint("other", i), same), http.StatusConflict)
	}
	requireOK(t, create(" ma.xiaoyun\u3000", "ma@example.com"))
	for _, account := range []string{
		"ma.xiaoyun", " ma.xiaoyun", "ma.xiaoyun\u3000", "\tma.xiaoyun\n", "tao.ran ",
	} {
		w.signInThrough(account)
	}
	var stored []string
	users, err := w.store.ListUsers(t.Context(), 0, 10)
	must(t, err)
	for _, user := range users {
		stored = append(stored, *user.Username, *user.Email)
	}
	if !slices.Contains(stored, "ma.xiaoyun") || !slices.Contains(stored, "ma@example.com") {
		t.Errorf("stored %q", stored)
	}
}

// Users whom an older program let have a name keep it, sign in, and change other things.
func TestNamesOfOlderProgramsStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openRegistration)
	id := w.add("tao.ran", store.RoleMember)
	name, nickname, email := "tаo.ran", "陶\u200b然", "tao@例子.中国"
	must(t, w.store.InTx(t.Context(), func(d store.Tx) error {
		change := store.UserChange{Username: &name, UsernameKey: &name, EmailKey: &email}
		change.Nickname, change.Email = &nickname, &email
		return d.UpdateUser(t.Context(), id, change, nil, store.TimeOf(time.Now()))
	}))
	jwt := w.signInThrough(name)
	requireOK(t, w.postJSON("/api/user/update", fmt.Sprintf(`{"id":%d,"nickname":%q,"email":%q,"company":"x"}`, id, nickname, email), "Jwt", jwt))
	other := w.postJSON("/api/user/create", `{"username":"lu.jiahe","email":"`+email+`"}`)
	requireFailure(t, "jfinal", other, http.StatusConflict)
	w.signInThrough(" " + name)
}
