package main

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// The bare program's SQL on a database server: the server's statement of a read.
const infoByAccess = `SELECT s.id, s.opened_by, s.application_id, s.exclusive_class, s.device_number, s.rotated_at, s.access_used_at,
		s.access_expires_at, s.expires_at, s.created_at, s.last_seen_at, s.ended_at, s.end_reason, u.role, a.rights,
		u.id, u.username, u.email, u.mobile_sealed, u.email_verified_at, u.mobile_verified_at, u.nickname, u.gender, u.avatar,
		u.disabled_at, u.closing_at, o.id, o.code, o.name, r.id, r.code, r.name
	FROM sessions s JOIN users u ON u.id = s.user_id
	LEFT JOIN applications a ON a.id = ? AND a.disabled_at IS NULL
	LEFT JOIN memberships m ON m.user_id = u.id
	LEFT JOIN organisations o ON o.id = m.organisation_id AND o.disabled_at IS NULL
	LEFT JOIN membership_roles mr ON mr.user_id = m.user_id AND mr.organisation_id = m.organisation_id
	LEFT JOIN roles r ON r.id = mr.role_id AND r.disabled_at IS NULL
	WHERE s.access_hash = ? ORDER BY m.organisation_id, mr.role_id`

// clusterReferenceOptions make the bare program one of a database server.
type clusterReferenceOptions struct {
	Addr, Engine, Database, Keys string
	Connections                  int
}

// clusterReference is the bare program on a database server.
func clusterReference(o clusterReferenceOptions) (*reference, error) {
	d := database{engine: o.Engine}
	db, err := d.open(o.Database)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(o.Connections)
	db.SetMaxIdleConns(o.Connections)
	all, err := prepare(db, d.bind, infoByAccess, userOfMobile, consumeCode, noteSignIn, endOther, insertSession.query)
	r := &reference{reads: all, copied: all, writes: all}
	secrets, failed := openSecrets(o.Keys)
	r.secrets = secrets
	return r, errors.Join(err, failed)
}

// oneStatement answers user/info with one statement.
func (r *reference) oneStatement(request *http.Request) (any, error) {
	query := request.URL.Query()
	rows, err := r.reads.prepared[infoByAccess].Query(request.Header.Get("X-App-Id"), digest(query.Get("accessToken")))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	answer := infoAnswer{Code: 200, Message: "请求成功", Status: "success"}
	user := &answer.Data
	var found session
	var expires, ends int64
	var ended, disabled, emailProven, mobileProven, rotated, used, closing *int64
	var openedBy, role string
	var application, class, device, reason, rights, sealed *string
	for rows.Next() {
		var member infoMember
		var of infoRole
		if err := rows.Scan(&found.id, &openedBy, &application, &class, &device, &rotated, &used,
			&expires, &ends, &found.created, &found.seen, &ended, &reason, &role, &rights,
			&found.user, &user.Account, &user.Email, &sealed, &emailProven, &mobileProven, &user.Nickname, &user.Gender, &user.Avatar,
			&disabled, &closing, &member.ID, &member.Code, &member.Name, &of.ID, &of.Code, &of.Name); err != nil {
			return nil, err
		}
		if last := len(user.Organisations) - 1; last < 0 || user.Organisations[last].ID != member.ID {
			user.Organisations = append(user.Organisations, member)
		}
		last := &user.Organisations[len(user.Organisations)-1]
		last.Roles = append(last.Roles, of)
	}
	if now := time.Now().UnixMilli(); min(expires, ends) < now || cmp.Or(ended, disabled) != nil {
		return nil, errors.Join(errors.New("no live session"), rows.Err())
	}
	user.UserID, user.Phone = strconv.FormatInt(found.user, 10), mobile(found.user)
	return answer, rows.Err()
}

func ready(*http.Request) (any, error) { return nil, nil }

// errBody refuses a body that breaks the contract.
var errBody = errors.New(`{"code":400,"data":null,"msg":"mobile"}`)
