package main

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"
	_ "modernc.org/sqlite" // the driver that the server uses

	"quartet/server/token"
	"quartet/store"
)

// referenceCommand makes this program the bare program instead of the harness.
const referenceCommand = "reference"

// reference is the bare program: the SQL of an operation, prepared once, and its
// answer. It checks no contract, no length, no right and no lifetime, keeps no
// log, no metrics and no audit.
type reference struct {
	secrets
	reads  statements // on the very file that the server serves
	copied statements // on a copy of it, for reading
	writes statements // on the copy
	lastID atomic.Int64
}

func runReference(ctx context.Context, args []string) error {
	var o struct {
		clusterReferenceOptions `embed:""`
		Reads, Writes           string // files, without a database
	}
	if err := parse(&o, args); err != nil {
		return err
	}
	if o.Database != "" {
		r, err := clusterReference(o.clusterReferenceOptions)
		if err != nil {
			return err
		}
		r.lastID.Store(time.Now().UnixNano()) // several run on a database
		return serveReference(ctx, o.Addr, map[string]handler{
			"GET /user/info": r.oneStatement, "POST /auth/mobile/login": r.signInByCode, "GET /readyz": ready,
		})
	}
	var r reference
	var errs [4]error
	r.secrets, errs[0] = openSecrets(o.Reads)
	// As many connections as the server has: more of them make two cores slower.
	r.reads, errs[1] = openStatements(o.Reads, 4, "&_query_only=on")
	r.copied, errs[2] = openStatements(o.Writes, 4, "&_query_only=on")
	r.writes, errs[3] = openStatements(o.Writes, 1, "&_txlock=immediate")
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	r.lastID.Store(time.Now().UnixMicro())
	return serveReference(ctx, o.Addr, map[string]handler{
		"GET /user/info":                r.userInfo,
		"GET /wx/pc/check-login-status": r.loginStatus,
		"POST /user/refresh":            r.slide,
		"POST /app/auth/token/refresh":  r.refresh,
		"POST /api/user/create":         r.create,
		"POST /api/user/login":          r.signInByPassword,
		"POST /auth/mobile/login":       r.signInByCode,
	})
}

func serveReference(ctx context.Context, address string, handlers map[string]handler) error {
	mux := http.NewServeMux()
	for pattern, h := range handlers {
		mux.Handle(pattern, h)
	}
	server := &http.Server{Addr: address, Handler: mux}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// handler gives an operation's answer.
type handler func(*http.Request) (any, error)

func (h handler) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	switch answer, err := h(request); err {
	case nil:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer) // the client has gone
	case errBody:
		http.Error(w, err.Error(), http.StatusBadRequest)
	default:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// statements are the bare program's queries, prepared.
type statements struct {
	db       *sql.DB
	prepared map[string]*sql.Stmt
}

func openStatements(path string, connections int, parameters string) (statements, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?mode=rw&_busy_timeout=5000&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=on"+parameters)
	if err != nil {
		return statements{}, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return prepare(db, func(query string) string { return query },
		sessionByAccess, userWithRoles, deviceOfSession, noteSeen, slideSession, userFacts, identitiesOf, sessionToRotate,
		rotateSession, passwordOfUser, userOfMobile, consumeCode, noteSignIn, endOther, insertUser.query, insertSession.query)
}

// prepare prepares queries, in the engine's form.
func prepare(db *sql.DB, form func(query string) string, queries ...string) (s statements, err error) {
	s = statements{db: db, prepared: map[string]*sql.Stmt{}}
	for _, query := range queries {
		if s.prepared[query], err = db.Prepare(form(query)); err != nil {
			return s, err
		}
	}
	return s, nil
}

const (
	sessionByAccess = `SELECT s.id, s.user_id, s.created_at, s.last_seen_at, u.role, u.disabled_at FROM sessions s
		JOIN users u ON u.id = s.user_id WHERE s.access_hash = ?`
	userWithRoles = `SELECT u.id, u.username, u.avatar, u.email, u.gender, u.nickname, o.id, o.code, o.name, r.id, r.code, r.name
		FROM users u LEFT JOIN memberships m ON m.user_id = u.id LEFT JOIN organisations o ON o.id = m.organisation_id
		LEFT JOIN membership_roles mr ON mr.user_id = m.user_id AND mr.organisation_id = m.organisation_id
		LEFT JOIN roles r ON r.id = mr.role_id WHERE u.id = ? ORDER BY o.id, r.id`
	deviceOfSession = "SELECT device_number FROM sessions WHERE id = ?"
	noteSeen        = "UPDATE sessions SET last_seen_at = ? WHERE id = ? AND last_seen_at < ?"
	slideSession    = "UPDATE sessions SET access_expires_at = ?, last_seen_at = ?, front_type = ? WHERE id = ? AND ended_at IS NULL"
	userFacts       = "SELECT username, real_name, nickname, email, avatar, gender, city FROM users WHERE id = ?"
	identitiesOf    = "SELECT app_id, open_id, union_id FROM wechat_identities WHERE user_id = ? ORDER BY created_at"
	sessionToRotate = "SELECT id, generation FROM sessions WHERE refresh_hash = ?"
	rotateSession   = `UPDATE sessions SET previous_access_hash = access_hash, access_hash = ?, rotated_at = ?,
		generation = generation + 1, access_expires_at = ?, access_used_at = NULL, last_seen_at = ? WHERE id = ? AND generation = ?`
	passwordOfUser = "SELECT id, password_hash FROM users WHERE username_key = ?"
	userOfMobile   = "SELECT id FROM users WHERE mobile_index = ? AND mobile_verified_at IS NOT NULL"
	consumeCode    = `UPDATE one_time_codes SET attempts = attempts + 1, used_at = ?
		WHERE purpose = ? AND mobile_index = ? AND code_mac = ? AND active AND used_at IS NULL`
	noteSignIn = "UPDATE users SET last_login_at = ? WHERE id = ?"
	endOther   = `UPDATE sessions SET ended_at = ?, end_reason = 'replaced'
		WHERE user_id = ? AND exclusive_class = ? AND ended_at IS NULL`
)

var insertUser, insertSession = insertInto("users"), insertInto("sessions")

// row runs a statement that finds one row.
func (s statements) row(query string, args ...any) *sql.Row {
	return s.prepared[query].QueryRow(args...)
}

// exec runs a statement that must change a row.
func (s statements) exec(query string, args ...any) error {
	return changed(s.prepared[query].Exec(args...))
}

func changed(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	if count, _ := result.RowsAffected(); count != 1 {
		return errors.New("no row was changed")
	}
	return nil
}

// session is what a token's row says.
type session struct{ id, user, created, seen int64 }

func (s statements) session(access string) (found session, err error) {
	var role string
	var disabled *int64
	err = s.row(sessionByAccess, digest(access)).Scan(&found.id, &found.user, &found.created, &found.seen, &role, &disabled)
	return found, err
}

func digest(text string) store.Digest { return store.Digest(token.Hash(text)) }

// The answer of user/info, the same as the server's.
type (
	infoAnswer struct {
		Code int `json:"code"`
		Data struct {
			UserID        string       `json:"userId"`
			Account       string       `json:"account"`
			Avatar        string       `json:"avatar"`
			Email         string       `json:"email"`
			Gender        int          `json:"gender"`
			Nickname      string       `json:"nickname"`
			Phone         string       `json:"phone"`
			Organisations []infoMember `json:"orgList"`
		} `json:"data"`
		Message string `json:"message"`
		Status  string `json:"status"`
	}
	infoMember struct {
		ID    string     `json:"orgId"`
		Code  string     `json:"orgCode"`
		Name  string     `json:"orgName"`
		Roles []infoRole `json:"roleList"`
	}
	infoRole struct {
		ID   string `json:"roleId"`
		Code string `json:"roleCode"`
		Name string `json:"roleName"`
	}
)

func (r *reference) userInfo(request *http.Request) (any, error) {
	query := request.URL.Query()
	found, err := r.reads.session(query.Get("accessToken"))
	if err != nil {
		return nil, err
	}
	// The last use is recorded as rarely as by the server.
	if now := time.Now().UnixMilli(); now-found.seen >= lastSeenInterval.Milliseconds() {
		if err := r.writes.exec(noteSeen, now, found.id, now); err != nil {
			return nil, err
		}
	}
	rows, err := r.reads.prepared[userWithRoles].Query(query.Get("userId"))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	answer := infoAnswer{Code: 200, Message: "请求成功", Status: "success"}
	user := &answer.Data
	for rows.Next() {
		var member infoMember
		var role infoRole
		var number int64
		if err := rows.Scan(&number, &user.Account, &user.Avatar, &user.Email, &user.Gender, &user.Nickname,
			&member.ID, &member.Code, &member.Name, &role.ID, &role.Code, &role.Name); err != nil {
			return nil, err
		}
		user.UserID, user.Phone = strconv.FormatInt(number, 10), mobile(number)
		if last := len(user.Organisations) - 1; last < 0 || user.Organisations[last].ID != member.ID {
			user.Organisations = append(user.Organisations, member)
		}
		last := &user.Organisations[len(user.Organisations)-1]
		last.Roles = append(last.Roles, role)
	}
	return answer, rows.Err()
}

// dataAnswer is an answer of document 001.
type dataAnswer struct {
	Code    int    `json:"code"`
	Message string `json:"msg"`
	Data    any    `json:"data"`
}

func (r *reference) loginStatus(request *http.Request) (any, error) {
	found, err := r.reads.session(request.Header.Get("Authorization"))
	if err != nil {
		return nil, err
	}
	var bound string
	err = r.reads.row(deviceOfSession, found.id).Scan(&bound)
	return dataAnswer{Data: map[string]any{
		"isLogin": bound == request.URL.Query().Get("deviceNumber"), "lastLoginTime": time.UnixMilli(found.created).Format(time.RFC3339),
	}}, err
}

func (r *reference) slide(request *http.Request) (any, error) {
	now := time.Now()
	found, err := r.copied.session(request.FormValue("token"))
	if err != nil {
		return nil, err
	}
	if err := r.writes.exec(slideSession, now.Add(time.Hour).UnixMilli(), now.UnixMilli(), request.FormValue("frontType"), found.id); err != nil {
		return nil, err
	}
	var facts struct {
		Username, Name, Nickname, Email, Avatar, City string
		Gender                                        int
	}
	if err := r.copied.row(userFacts, found.user).
		Scan(&facts.Username, &facts.Name, &facts.Nickname, &facts.Email, &facts.Avatar, &facts.Gender, &facts.City); err != nil {
		return nil, err
	}
	var app, open, union sql.NullString
	if err := r.copied.row(identitiesOf, found.user).Scan(&app, &open, &union); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	return map[string]any{"success": true, "code": 200, "message": "操作成功", "timestamp": now.UnixMilli(), "result": facts}, nil
}

func (r *reference) refresh(request *http.Request) (any, error) {
	var pair struct{ AccessToken, RefreshToken string }
	if err := json.NewDecoder(request.Body).Decode(&pair); err != nil {
		return nil, err
	}
	var id, generation int64
	if err := r.copied.row(sessionToRotate, digest(pair.RefreshToken)).Scan(&id, &generation); err != nil {
		return nil, err
	}
	now := time.Now()
	access, expires := token.NewRefresh(), now.Add(time.Hour)
	err := r.writes.exec(rotateSession, digest(access), now.UnixMilli(), expires.UnixMilli(), now.UnixMilli(), id, generation)
	return dataAnswer{Data: map[string]any{"expire": expires.Format(time.RFC3339), "value": access}}, err
}

func (r *reference) create(request *http.Request) (any, error) {
	var user struct{ Username, Nickname string }
	if err := json.Unmarshal([]byte(request.FormValue("user")), &user); err != nil {
		return nil, err
	}
	id, now := r.lastID.Add(1), time.Now().UnixMilli()
	err := r.writes.exec(insertUser.query, insertUser.row(values{
		"id": id, "guid": guid(id), "username": user.Username, "username_key": user.Username, "nickname": user.Nickname,
		"role": "member", "create_source": "registration", "security_stamp": token.NewSeed(), "version": int64(1),
		"created_at": now, "updated_at": now, "activated_at": now,
	})...)
	return map[string]any{"state": "ok", "userId": id}, err
}

func (r *reference) signInByPassword(request *http.Request) (any, error) {
	var user int64
	var phc string
	if err := r.copied.row(passwordOfUser, request.FormValue("loginAccount")).Scan(&user, &phc); err != nil {
		return nil, err
	}
	// The hash is an argon2id hash as the server makes them; its parameters are not looked at.
	parts := strings.Split(phc, "$")
	salt, _ := base64.RawStdEncoding.DecodeString(parts[len(parts)-2])
	key, _ := base64.RawStdEncoding.DecodeString(parts[len(parts)-1])
	given := argon2.IDKey([]byte(request.FormValue("password")), salt, 2, 19456, 1, uint32(len(key)))
	if subtle.ConstantTimeCompare(key, given) != 1 {
		return nil, errors.New("wrong password")
	}
	access := token.NewRefresh()
	err := r.openSession(user, access, values{"dialect": "jfinal", "opened_by": "password"})
	return map[string]any{"state": "ok", "Jwt": access}, err
}

func (r *reference) signInByCode(request *http.Request) (any, error) {
	var in struct{ Mobile, ValidateNo string }
	if err := json.NewDecoder(request.Body).Decode(&in); err != nil || len(in.Mobile) != 11 {
		return nil, errBody
	}
	index := r.sealer.Index(in.Mobile)
	if err := r.writes.exec(consumeCode, time.Now().UnixMilli(), signIn, index, r.codeMAC(in.Mobile)); err != nil {
		return nil, err
	}
	var user int64
	if err := r.copied.row(userOfMobile, store.Digest(index)).Scan(&user); err != nil {
		return nil, err
	}
	access, refresh := token.NewRefresh(), token.NewRefresh()
	err := r.openSession(user, access, values{"dialect": "yudao", "opened_by": "code", "exclusive_class": "0", "refresh_hash": digest(refresh)})
	return dataAnswer{Data: map[string]any{"accessToken": access, "refreshToken": refresh, "userInfo": map[string]any{"id": user, "mobile": in.Mobile}}}, err
}

// openSession notes the sign-in and adds the session, in one transaction.
func (r *reference) openSession(user int64, access string, said values) error {
	now := time.Now()
	maps.Copy(said, values{
		"id": r.lastID.Add(1), "user_id": user, "client_ip": "127.0.0.1", "generation": int64(1),
		"access_hash": digest(access), "access_expires_at": now.Add(time.Hour).UnixMilli(),
		"expires_at": now.UnixMilli() + 30*day, "created_at": now.UnixMilli(), "last_seen_at": now.UnixMilli(),
	})
	tx, err := r.writes.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() // nothing to roll back after a commit
	// The one connection is the transaction's, so nothing is prepared again.
	in := func(query string, args ...any) (sql.Result, error) {
		return tx.Stmt(r.writes.prepared[query]).Exec(args...)
	}
	if err := changed(in(noteSignIn, now.UnixMilli(), user)); err != nil {
		return err
	}
	if class, ok := said["exclusive_class"]; ok {
		if _, err := in(endOther, now.UnixMilli(), user, class); err != nil {
			return err
		}
	}
	if err := changed(in(insertSession.query, insertSession.row(said)...)); err != nil {
		return err
	}
	return tx.Commit()
}
