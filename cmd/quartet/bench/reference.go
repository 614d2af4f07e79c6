package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"net/http"
	"strconv"
	"time"

	_ "modernc.org/sqlite" // the driver that the server uses

	"quartet/store"
)

// referenceCommand makes this program the reference instead of the harness.
const referenceCommand = "reference"

// reference is the bare program: the SQL of an operation, prepared once, and its
// answer. It checks no contract, no length, no right and no lifetime, keeps no
// log, no metrics and no audit.
type reference struct {
	secrets
	reads  statements // on the very file that the server serves
	copied statements // on a copy of it, for reading
	writes statements // on the copy
	ids    chan int64
}

func runReference(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet(referenceCommand, flag.ContinueOnError)
	address := flags.String("addr", "", "where to listen")
	reads := flags.String("reads", "", "the database that is read")
	writes := flags.String("writes", "", "the database that is written")
	if err := flags.Parse(args); err != nil {
		return err
	}
	r, err := newReference(*reads, *writes)
	if err != nil {
		return err
	}
	server := &http.Server{Addr: *address, Handler: r.routes()}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func newReference(reads, writes string) (*reference, error) {
	s, err := openSecrets(reads)
	if err != nil {
		return nil, err
	}
	r := &reference{secrets: s, ids: make(chan int64)}
	// As many connections as the server has: more of them make two cores slower.
	if r.reads, err = openStatements(reads, 4, "&_query_only=on"); err != nil {
		return nil, err
	}
	if r.copied, err = openStatements(writes, 4, "&_query_only=on"); err != nil {
		return nil, err
	}
	if r.writes, err = openStatements(writes, 1, "&_txlock=immediate"); err != nil {
		return nil, err
	}
	go func() {
		for id := time.Now().UnixMicro(); ; id++ {
			r.ids <- id
		}
	}()
	return r, nil
}

// statements are the reference's queries, prepared. Their texts are constants.
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
	s := statements{db: db, prepared: map[string]*sql.Stmt{}}
	for _, query := range append(readingQueries(), writingQueries()...) {
		if s.prepared[query], err = db.Prepare(query); err != nil {
			return s, err
		}
	}
	return s, nil
}

// in is a statement for a transaction. The one connection is the transaction's,
// so nothing is prepared again.
func (s statements) in(tx *sql.Tx, query string) *sql.Stmt { return tx.Stmt(s.prepared[query]) }

const (
	sessionByAccess = `SELECT s.id, s.user_id, s.created_at, s.last_seen_at, u.role, u.disabled_at FROM sessions s
		JOIN users u ON u.id = s.user_id WHERE s.access_hash = ?`
	userWithRoles = `SELECT u.id, u.username, u.avatar, u.email, u.gender, u.nickname, o.id, o.code, o.name, r.id, r.code, r.name
		FROM users u LEFT JOIN memberships m ON m.user_id = u.id LEFT JOIN organisations o ON o.id = m.organisation_id
		LEFT JOIN membership_roles mr ON mr.user_id = m.user_id AND mr.organisation_id = m.organisation_id
		LEFT JOIN roles r ON r.id = mr.role_id WHERE u.id = ? ORDER BY o.id, r.id`
	deviceOfSession = "SELECT device_number FROM sessions WHERE id = ?"
)

func readingQueries() []string { return []string{sessionByAccess, userWithRoles, deviceOfSession} }

func (r *reference) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /user/info", r.userInfo)
	mux.HandleFunc("GET /wx/pc/check-login-status", r.loginStatus)
	mux.HandleFunc("POST /user/refresh", r.slide)
	mux.HandleFunc("POST /app/auth/token/refresh", r.refresh)
	mux.HandleFunc("POST /api/user/create", r.create)
	mux.HandleFunc("POST /api/user/login", r.signInByPassword)
	mux.HandleFunc("POST /auth/mobile/login", r.signInByCode)
	return mux
}

// session is what a token's row says.
type session struct {
	id, user, created, seen int64
	role                    string
	disabled                *int64
}

func (s statements) session(token string) (found session, err error) {
	err = s.prepared[sessionByAccess].QueryRow(hash(token)).Scan(&found.id, &found.user, &found.created, &found.seen, &found.role, &found.disabled)
	return found, err
}

func hash(token string) store.Digest {
	sum := sha256.Sum256([]byte(token))
	return store.Digest(hex.EncodeToString(sum[:]))
}

// The answer of user/info, the same as the server's.
type (
	infoAnswer struct {
		Code    int    `json:"code"`
		Data    info   `json:"data"`
		Message string `json:"message"`
		Status  string `json:"status"`
	}
	info struct {
		UserID        string       `json:"userId"`
		Account       string       `json:"account"`
		Avatar        string       `json:"avatar"`
		Email         string       `json:"email"`
		Gender        int          `json:"gender"`
		Nickname      string       `json:"nickname"`
		Phone         string       `json:"phone"`
		Organisations []infoMember `json:"orgList"`
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

func (r *reference) userInfo(w http.ResponseWriter, request *http.Request) {
	query := request.URL.Query()
	found, err := r.reads.session(query.Get("accessToken"))
	if err == nil {
		err = r.noteUse(found)
	}
	var user info
	if err == nil {
		user, err = r.reads.info(query.Get("userId"))
	}
	if err != nil {
		refuse(w, err)
		return
	}
	reply(w, infoAnswer{Code: 200, Data: user, Message: "请求成功", Status: "success"})
}

func (s statements) info(id string) (user info, err error) {
	rows, err := s.prepared[userWithRoles].Query(id)
	if err != nil {
		return user, err
	}
	defer rows.Close()
	for rows.Next() {
		var member infoMember
		var role infoRole
		var number int64
		if err := rows.Scan(&number, &user.Account, &user.Avatar, &user.Email, &user.Gender, &user.Nickname,
			&member.ID, &member.Code, &member.Name, &role.ID, &role.Code, &role.Name); err != nil {
			return user, err
		}
		user.UserID, user.Phone = strconv.FormatInt(number, 10), mobile(number)
		if last := len(user.Organisations) - 1; last < 0 || user.Organisations[last].ID != member.ID {
			user.Organisations = append(user.Organisations, member)
		}
		last := &user.Organisations[len(user.Organisations)-1]
		last.Roles = append(last.Roles, role)
	}
	return user, rows.Err()
}

func (r *reference) loginStatus(w http.ResponseWriter, request *http.Request) {
	found, err := r.reads.session(request.Header.Get("Authorization"))
	var bound string
	if err == nil {
		err = r.reads.prepared[deviceOfSession].QueryRow(found.id).Scan(&bound)
	}
	if err != nil {
		refuse(w, err)
		return
	}
	reply(w, dataAnswer{Data: map[string]any{
		"isLogin": bound == request.URL.Query().Get("deviceNumber"), "lastLoginTime": time.UnixMilli(found.created).Format(time.RFC3339),
	}})
}

// dataAnswer is an answer of document 001.
type dataAnswer struct {
	Code    int    `json:"code"`
	Message string `json:"msg"`
	Data    any    `json:"data"`
}

func reply(w http.ResponseWriter, answer any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // the client has gone
}

func refuse(w http.ResponseWriter, err error) {
	http.Error(w, err.Error(), http.StatusInternalServerError)
}
