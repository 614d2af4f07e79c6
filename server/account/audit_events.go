package account

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"quartet/server/apierr"
	"quartet/server/token"
	"quartet/store"
)

// Reasons of a failed sign-in, beside the codes of failures.
const (
	reasonUnknown  = "unknown_account"
	reasonDisabled = "user_disabled"
	reasonWrong    = "wrong"
	reasonLocked   = "locked"
)

// eventBy is an event that the caller caused in their session.
func (c Caller) eventBy(kind string, subject int64, detail details) event {
	return event{kind: kind, actor: c.UserID, subject: subject, session: c.SessionID, detail: detail}
}

// signedIn are the events of a session that was opened, and of the one it
// replaced.
func signedIn(session store.Session, replaced *int64) []event {
	opened := event{
		kind: AuditSignIn, actor: session.UserID, subject: session.UserID, session: session.ID,
		dialect: session.Dialect, clientIP: session.ClientIP, detail: details{"way": session.OpenedBy},
	}
	if session.OpenedBy == openedByWeakPassword {
		opened.detail = details{"way": OpenedByPassword, "weak_password": true}
	}
	if session.ApplicationID != nil {
		opened.detail["application"] = *session.ApplicationID
	}
	if session.ProductType != nil {
		opened.detail["product_type"] = *session.ProductType
	}
	if replaced == nil {
		return []event{opened}
	}
	ended := opened
	ended.kind, ended.session = AuditSessionReplaced, *replaced
	ended.detail = details{"by_session": session.ID, "reason": store.EndedByReplacement}
	return []event{opened, ended}
}

// crowdedOut is a session that ended because its user has opened too many others.
func crowdedOut(by store.Session, id int64) event {
	return event{
		kind: AuditSessionEnded, actor: by.UserID, subject: by.UserID, session: id,
		dialect: by.Dialect, clientIP: by.ClientIP, detail: details{"by_session": by.ID, "reason": store.EndedByLimit},
	}
}

// refreshReused is a session that ended because an earlier access token of it
// was used to refresh. It has no actor: that was the user or a thief.
func refreshReused(session store.Session, access string) event {
	generation, _ := token.Generation(access)
	return event{
		kind: AuditRefreshReused, subject: session.UserID, session: session.ID,
		detail: details{"reason": store.EndedByRefreshReuse, "generation": generation, "newest_generation": session.Generation},
	}
}

// registered is the event of a user whom the first sign-in created.
func registered(user int64, way, dialect, address string) event {
	return event{
		kind: AuditUserCreated, actor: user, subject: user, dialect: dialect, clientIP: address,
		detail: details{"way": way},
	}
}

// codeRefused is a failed sign-in by one-time code; user is 0 if none was looked up.
func (s *Service) codeRefused(in CodeSignIn, user int64, reason string) event {
	return event{
		kind: AuditSignInFailed, subject: user, dialect: in.Dialect, clientIP: in.ClientIP,
		detail: details{"way": OpenedByCode, "reason": reason, "account": s.sealer.Index(in.Mobile)},
	}
}

// weChatRefused is a failed sign-in by WeChat because of the user.
func weChatRefused(in WeChatSignIn, user int64, reason string) event {
	return event{
		kind: AuditSignInFailed, subject: user, dialect: in.Dialect, clientIP: in.ClientIP,
		detail: details{"way": OpenedByWeChat, "reason": reason},
	}
}

// weChatLinked is a WeChat identity that a sign-in linked to a user who was there.
func weChatLinked(in WeChatSignIn, user int64) event {
	return event{kind: AuditWeChatLinked, actor: user, subject: user, dialect: in.Dialect, clientIP: in.ClientIP}
}

func isWeChatRefusal(err error) bool {
	return apierr.Is(err, apierr.WeChatCodeInvalid) || apierr.Is(err, apierr.WeChatCodeUsed) ||
		apierr.Is(err, apierr.Forbidden)
}

// passwordRefused is a sign-in by password that failed. A locked, an unknown and
// a disabled account and a wrong password write one event each, so that the time
// of writing does not tell them apart.
func passwordRefused(in PasswordSignIn, user store.User, g guess, v verdict) event {
	e := event{
		kind: AuditSignInFailed, subject: user.ID, dialect: in.Dialect, clientIP: in.ClientIP,
		detail: details{"way": OpenedByPassword, "reason": reasonWrong, "account": g.account},
	}
	switch {
	case v.locked:
		e.kind, e.detail["reason"] = AuditLockout, reasonLocked
	case user.ID == 0:
		e.detail["reason"] = reasonUnknown
	case user.DisabledAt != nil:
		e.detail["reason"] = reasonDisabled
	}
	return e
}

// passwordChosen is the event of a password that the caller sets; verified means that
// the old one was checked.
func passwordChosen(caller Caller, user store.User, verified bool) event {
	kind := AuditPasswordReset
	switch {
	case verified:
		kind = AuditPasswordChanged
	case caller.is(user.ID) && user.PasswordHash == nil:
		kind = AuditPasswordSet
	}
	return caller.eventBy(kind, user.ID, nil)
}

// oldPasswordRefused is a change of a password for which the old one was wrong.
func oldPasswordRefused(caller Caller, user int64, v verdict) event {
	reason := reasonWrong
	if v.locked {
		reason = reasonLocked
	}
	return caller.eventBy(AuditPasswordRefused, user, details{"reason": reason})
}

// membershipChanged is a membership, or a role in it unless role is "".
func (s Operator) membershipChanged(kind string, user int64, organisation, role string) event {
	detail := details{"organisation": organisation}
	if role != "" {
		detail["role"] = role
	}
	return s.event(kind, user, detail)
}

// applicationChanged is an application that was changed; detail may be nil.
func (s Operator) applicationChanged(kind, id string, detail details) event {
	changed := details{"application": id}
	maps.Copy(changed, detail)
	return s.event(kind, 0, changed)
}

// secretChanged is a secret of an application that was added or revoked.
func (s Operator) secretChanged(kind, application string, id int64) event {
	return s.applicationChanged(kind, application, details{"secret_id": id})
}

// secretRefused is a request with a wrong secret for an application, "" for an unknown
// one.
func secretRefused[Reason ~string](kind, application string, reason Reason) event {
	detail := details{"way": "secret", "reason": string(reason)}
	if application != "" {
		detail["application"] = application
	}
	return event{kind: kind, detail: detail}
}

// changedFields names what c changes, as document 004 does.
func changedFields(c UserUpdate) []string {
	var names []string
	value := reflect.ValueOf(c)
	for _, field := range reflect.VisibleFields(value.Type()) {
		if field.Type.Kind() == reflect.Pointer && field.Name != "Status" && !value.FieldByIndex(field.Index).IsNil() {
			names = append(names, strings.ToLower(field.Name))
		}
	}
	slices.Sort(names)
	return names
}
