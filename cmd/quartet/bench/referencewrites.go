package main

import (
	"crypto/rand"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"quartet/store"
)

const (
	noteSeen        = "UPDATE sessions SET last_seen_at = ? WHERE id = ? AND last_seen_at < ?"
	slideSession    = "UPDATE sessions SET access_expires_at = ?, last_seen_at = ?, front_type = ? WHERE id = ? AND ended_at IS NULL"
	userFacts       = "SELECT username, real_name, nickname, email, avatar, gender, city FROM users WHERE id = ?"
	identitiesOf    = "SELECT app_id, open_id, union_id FROM wechat_identities WHERE user_id = ? ORDER BY created_at"
	sessionToRotate = "SELECT id, generation FROM sessions WHERE refresh_hash = ?"
	rotateSession   = `UPDATE sessions SET previous_access_hash = access_hash, access_hash = ?, rotated_at = ?,
		generation = generation + 1, access_expires_at = ?, last_seen_at = ? WHERE id = ? AND generation = ?`
	passwordOfUser = "SELECT id, password_hash FROM users WHERE username_key = ?"
	userOfMobile   = "SELECT id FROM users WHERE mobile_index = ? AND mobile_verified_at IS NOT NULL"
	spendCode      = `UPDATE one_time_codes SET attempts = attempts + 1, used_at = ?
		WHERE purpose = ? AND mobile_index = ? AND code_mac = ? AND active AND used_at IS NULL`
	noteSignIn = "UPDATE users SET last_login_at = ? WHERE id = ?"
	endOther   = `UPDATE sessions SET ended_at = ?, end_reason = 'replaced'
		WHERE user_id = ? AND exclusive_class = ? AND ended_at IS NULL`
)

// insertInto is the INSERT of a whole row.
func insertInto(name string) string {
	table := tableNamed(name)
	var names []string
	for _, column := range table.Columns {
		names = append(names, column.Name)
	}
	return "INSERT INTO " + name + " (" + strings.Join(names, ", ") + ") VALUES (?" + strings.Repeat(", ?", len(names)-1) + ")"
}

var (
	insertUser    = insertInto("users")
	insertSession = insertInto("sessions")
)

func writingQueries() []string {
	return []string{
		noteSeen, slideSession, userFacts, identitiesOf, sessionToRotate, rotateSession, passwordOfUser, userOfMobile,
		spendCode, noteSignIn, endOther, insertUser, insertSession,
	}
}

// exec runs a statement that must change a row.
func (s statements) exec(query string, args ...any) error {
	return changed(s.prepared[query].Exec(args...))
}

func changed(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	if count, err := result.RowsAffected(); err != nil || count != 1 {
		return errors.Join(err, errors.New("no row was changed"))
	}
	return nil
}

// noteUse notes that a session was used, as rarely as the server is told to.
func (r *reference) noteUse(found session) error {
	now := time.Now().UnixMilli()
	if now-found.seen < seenEvery.Milliseconds() {
		return nil
	}
	return r.writes.exec(noteSeen, now, found.id, now)
}

func (r *reference) slide(w http.ResponseWriter, request *http.Request) {
	now := time.Now()
	found, err := r.copied.session(request.FormValue("token"))
	if err == nil {
		err = r.writes.exec(slideSession, now.Add(time.Hour).UnixMilli(), now.UnixMilli(), request.FormValue("frontType"), found.id)
	}
	var facts struct {
		Username, Name, Nickname, Email, Avatar, City string
		Gender                                        int
	}
	if err == nil {
		err = r.copied.prepared[userFacts].QueryRow(found.user).
			Scan(&facts.Username, &facts.Name, &facts.Nickname, &facts.Email, &facts.Avatar, &facts.Gender, &facts.City)
	}
	if err == nil {
		var app, open, union sql.NullString
		err = r.copied.prepared[identitiesOf].QueryRow(found.user).Scan(&app, &open, &union)
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
	}
	if err != nil {
		refuse(w, err)
		return
	}
	reply(w, map[string]any{"success": true, "code": 200, "message": "操作成功", "timestamp": now.UnixMilli(), "result": facts})
}

func (r *reference) refresh(w http.ResponseWriter, request *http.Request) {
	var pair struct{ AccessToken, RefreshToken string }
	var id, generation int64
	now := time.Now()
	access, expires := "AT-1-"+newToken()[:32], now.Add(time.Hour)
	err := json.NewDecoder(request.Body).Decode(&pair)
	if err == nil {
		err = r.copied.prepared[sessionToRotate].QueryRow(hash(pair.RefreshToken)).Scan(&id, &generation)
	}
	if err == nil {
		err = r.writes.exec(rotateSession, hash(access), now.UnixMilli(), expires.UnixMilli(), now.UnixMilli(), id, generation)
	}
	if err != nil {
		refuse(w, err)
		return
	}
	reply(w, dataAnswer{Data: map[string]any{"expire": expires.Format(time.RFC3339), "value": access}})
}

func (r *reference) create(w http.ResponseWriter, request *http.Request) {
	var user struct{ Username, Nickname string }
	id, now := <-r.ids, time.Now().UnixMilli()
	err := json.Unmarshal([]byte(request.FormValue("user")), &user)
	if err == nil {
		err = r.writes.exec(insertUser, row(tableNamed("users"), values{
			"id": id, "guid": guid(id), "username": user.Username, "username_key": user.Username, "nickname": user.Nickname,
			"role": "member", "create_source": "registration", "security_stamp": newToken(), "version": int64(1),
			"created_at": now, "updated_at": now, "activated_at": now,
		})...)
	}
	if err != nil {
		refuse(w, err)
		return
	}
	reply(w, map[string]any{"state": "ok", "userId": id})
}

func (r *reference) signInByPassword(w http.ResponseWriter, request *http.Request) {
	var user int64
	var phc string
	err := r.copied.prepared[passwordOfUser].QueryRow(request.FormValue("loginAccount")).Scan(&user, &phc)
	if err == nil && !rightPassword(phc, request.FormValue("password")) {
		err = errors.New("wrong password")
	}
	token := newToken()
	if err == nil {
		err = r.openSession(user, values{"dialect": "jfinal", "opened_by": "password"}, token)
	}
	if err != nil {
		refuse(w, err)
		return
	}
	reply(w, map[string]any{"state": "ok", "Jwt": token})
}

// rightPassword reads an argon2id hash as the server makes them, without a look
// at its parameters.
func rightPassword(phc, text string) bool {
	parts := strings.Split(phc, "$")
	salt, _ := base64.RawStdEncoding.DecodeString(parts[len(parts)-2])
	key, _ := base64.RawStdEncoding.DecodeString(parts[len(parts)-1])
	return subtle.ConstantTimeCompare(key, argon2.IDKey([]byte(text), salt, 2, 19456, 1, uint32(len(key)))) == 1
}

func (r *reference) signInByCode(w http.ResponseWriter, request *http.Request) {
	var in struct{ Mobile, ValidateNo string }
	if err := json.NewDecoder(request.Body).Decode(&in); err != nil || len(in.Mobile) != 11 {
		http.Error(w, `{"code":400,"data":null,"msg":"mobile"}`, http.StatusBadRequest)
		return
	}
	var user int64
	index, now := r.sealer.Index(in.Mobile), time.Now().UnixMilli()
	err := r.writes.exec(spendCode, now, signIn, index, r.codeMAC(in.Mobile))
	if err == nil {
		err = r.copied.prepared[userOfMobile].QueryRow(store.Digest(index)).Scan(&user)
	}
	access, refresh := newToken(), newToken()
	if err == nil {
		err = r.openSession(user, values{"dialect": "yudao", "opened_by": "code", "exclusive_class": "0", "refresh_hash": hash(refresh)}, access)
	}
	if err != nil {
		refuse(w, err)
		return
	}
	reply(w, dataAnswer{Data: map[string]any{"accessToken": access, "refreshToken": refresh, "userInfo": map[string]any{"id": user, "mobile": in.Mobile}}})
}

// openSession notes the sign-in and adds the session, in one transaction.
func (r *reference) openSession(user int64, said values, access string) error {
	now := time.Now()
	said["id"], said["user_id"], said["client_ip"], said["generation"] = <-r.ids, user, "127.0.0.1", int64(1)
	said["access_hash"], said["access_expires_at"] = hash(access), now.Add(time.Hour).UnixMilli()
	said["expires_at"], said["created_at"], said["last_seen_at"] = now.Add(720*time.Hour).UnixMilli(), now.UnixMilli(), now.UnixMilli()
	tx, err := r.writes.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() // nothing to roll back after a commit
	if err := changed(r.writes.in(tx, noteSignIn).Exec(now.UnixMilli(), user)); err != nil {
		return err
	}
	if class, ok := said["exclusive_class"]; ok {
		if _, err := r.writes.in(tx, endOther).Exec(now.UnixMilli(), user, class); err != nil {
			return err
		}
	}
	if err := changed(r.writes.in(tx, insertSession).Exec(row(tableNamed("sessions"), said)...)); err != nil {
		return err
	}
	return tx.Commit()
}

// newToken is 43 random characters.
func newToken() string {
	var secret [32]byte
	rand.Read(secret[:]) // never fails: crypto/rand stops the program instead
	return base64.RawURLEncoding.EncodeToString(secret[:])
}
