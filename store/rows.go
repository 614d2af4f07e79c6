package store

import (
	"time"

	"quartet/store/internal/row"
)

// Types of columns.
type (
	Time   = row.Time
	Digest = row.Digest
	GUID   = row.GUID
)

// TimeOf converts a time to a column's value.
func TimeOf(t time.Time) Time { return row.TimeOf(t) }

// Roles a user can hold over the whole server.
const (
	RoleMember             = "member"
	RoleAdministrator      = "administrator"
	RoleSuperAdministrator = "super_administrator"
)

// User is one row of users. Mobile and identity-card numbers are stored sealed;
// MobileIndex is a keyed hash that finds a mobile without revealing it.
type User struct {
	ID                int64   `db:"id"`
	GUID              GUID    `db:"guid"`
	Username          *string `db:"username"`
	UsernameKey       *string `db:"username_key"` // case-mapped, unique
	Email             *string `db:"email"`
	EmailKey          *string `db:"email_key"` // lower case, unique
	EmailVerifiedAt   *Time   `db:"email_verified_at"`
	MobileSealed      *string `db:"mobile_sealed"`
	MobileIndex       *Digest `db:"mobile_index"` // unique among verified ones
	MobileVerifiedAt  *Time   `db:"mobile_verified_at"`
	PasswordHash      *string `db:"password_hash"`
	PasswordChangedAt *Time   `db:"password_changed_at"`
	Role              string  `db:"role"`
	DisabledAt        *Time   `db:"disabled_at"`
	Nickname          string  `db:"nickname"`
	RealName          string  `db:"real_name"`
	Identity          string  `db:"identity"`
	Anonym            string  `db:"anonym"`
	Gender            int     `db:"gender"` // 0 unknown, 1 male, 2 female
	Signature         string  `db:"signature"`
	Birthday          *string `db:"birthday"` // yyyy-MM-dd HH:mm:ss, a calendar date without zone
	Company           string  `db:"company"`
	Occupation        string  `db:"occupation"`
	Address           string  `db:"address"`
	Zipcode           string  `db:"zipcode"`
	Site              string  `db:"site"`
	GraduateSchool    string  `db:"graduate_school"`
	Education         string  `db:"education"`
	Avatar            string  `db:"avatar"`
	IDCardType        string  `db:"id_card_type"`
	IDCardSealed      *string `db:"id_card_sealed"`
	Remark            string  `db:"remark"`
	Country           string  `db:"country"`
	Province          string  `db:"province"`
	City              string  `db:"city"`
	CreateSource      string  `db:"create_source"`
	CompanyType       *int64  `db:"company_type"`
	AuthStatus        int     `db:"auth_status"` // 0 none, 1 under way, 2 passed, 3 failed
	AuthenticationID  *int64  `db:"authentication_id"`
	AuthUserType      *int64  `db:"auth_user_type"`
	AlumniCard        bool    `db:"alumni_card"`
	SecurityStamp     string  `db:"security_stamp"`
	Version           int64   `db:"version"`
	CreatedAt         Time    `db:"created_at"`
	CreatedBy         *int64  `db:"created_by"`
	UpdatedAt         Time    `db:"updated_at"`
	UpdatedBy         *int64  `db:"updated_by"`
	ActivatedAt       *Time   `db:"activated_at"`
	LastLoginAt       *Time   `db:"last_login_at"`
	ClosingAt         *Time   `db:"closing_at"` // when the user is erased, unless they sign in before
}

// ProfileColumns are the columns of users that users set themselves. nil is unknown,
// and in a change leaves the column as it is.
type ProfileColumns struct {
	Nickname       *string `db:"nickname"`
	RealName       *string `db:"real_name"`
	Signature      *string `db:"signature"`
	Gender         *int    `db:"gender"`
	Birthday       *string `db:"birthday"`
	Company        *string `db:"company"`
	Occupation     *string `db:"occupation"`
	Address        *string `db:"address"`
	Zipcode        *string `db:"zipcode"`
	Site           *string `db:"site"`
	GraduateSchool *string `db:"graduate_school"`
	Education      *string `db:"education"`
	Avatar         *string `db:"avatar"`
	IDCardType     *string `db:"id_card_type"`
	IDCard         *string `db:"id_card_sealed"` // sealed
	Mobile         *string `db:"mobile_sealed"`  // sealed
	Email          *string `db:"email"`
}

// UserChange holds the columns to change; nil leaves a column as it is, "" empties it,
// and ClearEmail and ClearMobile empty their columns. A changed e-mail or mobile
// becomes unverified.
type UserChange struct {
	ProfileColumns
	Username, UsernameKey   *string
	EmailKey                *string
	MobileIndex             *Digest
	Identity, Remark        *string
	ClearEmail, ClearMobile bool
}

// WeChatIdentity is one row of wechat_identities.
type WeChatIdentity struct {
	AppID     string  `db:"app_id"`
	OpenID    string  `db:"open_id"`
	UnionID   *string `db:"union_id"`
	UserID    int64   `db:"user_id"`
	Follows   bool    `db:"follows"`
	CreatedAt Time    `db:"created_at"`
}

// WeChatApp is one row of wechat_apps: the WeChat app of an application.
type WeChatApp struct {
	ApplicationID string `db:"application_id"`
	Kind          string `db:"kind"`   // as package account names it
	AppID         string `db:"app_id"` // WeChat's
	SecretSealed  string `db:"secret_sealed"`
	CreatedAt     Time   `db:"created_at"`
	UpdatedAt     Time   `db:"updated_at"`
}

// Reasons a session can have ended for.
const (
	EndedByLogout         = "logout"
	EndedByReplacement    = "replaced"
	EndedByPasswordChange = "password_changed"
	EndedByDisabling      = "user_disabled"
	EndedByRefreshReuse   = "refresh_reused"
	EndedByOwner          = "ended_by_owner"
	EndedByClosing        = "account_closed"
	EndedByMerge          = "user_merged"
	EndedByNewWayIn       = "new_way_in"
	EndedByOperator       = "ended_by_operator" // on the command line
	EndedByLimit          = "too_many_sessions" // the user has opened more than there may be
)

// Session is one row of sessions. Tokens are stored as SHA-256 hashes only.
type Session struct {
	ID                 int64   `db:"id"`
	UserID             int64   `db:"user_id"`
	Dialect            string  `db:"dialect"`
	OpenedBy           string  `db:"opened_by"` // code, password, wechat
	ApplicationID      *string `db:"application_id"`
	CompanyType        *int64  `db:"company_type"`
	ProductType        *int64  `db:"product_type"`
	ExclusiveClass     *string `db:"exclusive_class"` // one live session per user and class; nil: any number
	Source             string  `db:"source"`
	DeviceNumber       *string `db:"device_number"`
	FrontType          *int64  `db:"front_type"`
	ClientIP           string  `db:"client_ip"`
	UserAgent          string  `db:"user_agent"`
	Generation         int64   `db:"generation"`
	AccessHash         *Digest `db:"access_hash"`
	PreviousAccessHash *Digest `db:"previous_access_hash"`
	RotatedAt          *Time   `db:"rotated_at"`
	AccessExpiresAt    Time    `db:"access_expires_at"`
	RefreshHash        *Digest `db:"refresh_hash"`
	ExpiresAt          Time    `db:"expires_at"` // absolute end, also of the refresh token
	CreatedAt          Time    `db:"created_at"`
	LastSeenAt         Time    `db:"last_seen_at"`
	EndedAt            *Time   `db:"ended_at"`
	EndReason          *string `db:"end_reason"`
	AccessUsedAt       *Time   `db:"access_used_at"` // first use of the newest access token, unless it is the first
}

// SessionOwner is a session with the columns of its user that a request needs.
type SessionOwner struct {
	Session
	Role           string `db:"user_role"`
	UserDisabledAt *Time  `db:"user_disabled_at"`
}

// Application is one row of applications. Rights is a space-separated list.
type Application struct {
	ID         string `db:"id"`
	Name       string `db:"name"`
	Rights     string `db:"rights"`
	CreatedAt  Time   `db:"created_at"`
	DisabledAt *Time  `db:"disabled_at"`
	Version    int64  `db:"version"` // rises with each change by an operator
}

// ApplicationSecret is one row of application_secrets: a secret of an application, as a
// SHA-256 hash.
type ApplicationSecret struct {
	ID            int64  `db:"id"`
	ApplicationID string `db:"application_id"`
	Hash          Digest `db:"secret_hash"`
	CreatedAt     Time   `db:"created_at"`
	LastUsedAt    *Time  `db:"last_used_at"`
	RevokedAt     *Time  `db:"revoked_at"`
}

// Webhook is one row of webhooks: where audit events are sent.
type Webhook struct {
	ID              int64   `db:"id"`
	URL             string  `db:"url"`
	Description     string  `db:"description"`
	Kinds           string  `db:"kinds"` // of events, separated by spaces; "": all
	SecretSealed    string  `db:"secret_sealed"`
	OldSecretSealed *string `db:"old_secret_sealed"`
	OldSecretUntil  *Time   `db:"old_secret_until"` // until when the old secret signs too
	Version         int64   `db:"version"`
	CreatedAt       Time    `db:"created_at"`
	UpdatedAt       Time    `db:"updated_at"`
	DisabledAt      *Time   `db:"disabled_at"`
}

// WebhookDelivery is one row of webhook_deliveries: the delivery of an audit event to a
// webhook.
type WebhookDelivery struct {
	EventID    int64  `db:"event_id"`
	WebhookID  int64  `db:"webhook_id"`
	State      string `db:"state"`
	Attempts   int    `db:"attempts"` // since it was queued
	QueuedAt   Time   `db:"queued_at"`
	DueAt      *Time  `db:"due_at"`   // when it is tried next; while it is tried, until when nobody else tries it
	TriedAt    *Time  `db:"tried_at"` // last
	Status     *int   `db:"status"`   // HTTP status of the last answer
	Error      string `db:"error"`    // why the last attempt failed
	Answer     string `db:"answer"`   // the beginning of the last answer that was a failure
	FinishedAt *Time  `db:"finished_at"`
}

// QueuedEvent is a delivery with the kind of its event; nil if the event is no longer kept.
type QueuedEvent struct {
	WebhookDelivery
	Kind *string `db:"kind"`
}

// Organisation is one row of organisations.
type Organisation struct {
	ID         int64  `db:"id"`
	Code       string `db:"code"` // unique
	Name       string `db:"name"`
	CreatedAt  Time   `db:"created_at"`
	DisabledAt *Time  `db:"disabled_at"`
	Version    int64  `db:"version"` // rises with each change by an operator
}

// Role is one row of roles: what a user can be in an organisation.
type Role struct {
	ID          int64  `db:"id"`
	Code        string `db:"code"` // unique
	Name        string `db:"name"`
	CreatedAt   Time   `db:"created_at"`
	DisabledAt  *Time  `db:"disabled_at"`
	Version     int64  `db:"version"`     // rises with each change by an operator
	Administers bool   `db:"administers"` // its holders administer the organisation
}

// IdempotencyKey is one row of idempotency_keys: an act that was done once for a key. The
// result is sealed, because it can hold a secret.
type IdempotencyKey struct {
	KeyHash      Digest `db:"key_hash"` // keyed, of the operator and the key
	RequestHash  Digest `db:"request_hash"`
	ResultSealed string `db:"result_sealed"`
	CreatedAt    Time   `db:"created_at"`
}

// Membership is an organisation that a user belongs to, with the user's roles
// there in order of their ids. Disabled organisations and roles are left out.
type Membership struct {
	Organisation
	Roles []Role
}

// Profile is the part of a user that applications can see, and whether they may. Of each membership and role
// only ID, Code and Name are filled.
type Profile struct {
	UserID                            int64
	Username, Email                   *string
	MobileSealed                      *string
	EmailVerifiedAt, MobileVerifiedAt *Time
	Nickname                          string
	Gender                            int
	Avatar                            string
	DisabledAt, ClosingAt             *Time
	Memberships                       []Membership
}

// RateLimit allows at most Limit events in each fixed window of WindowMillis. Key must
// not contain personal data.
type RateLimit struct {
	Key          string
	WindowMillis int64
	Limit        int64
}

// CodeKey identifies a one-time code by its purpose, its recipient and who asked for it.
type CodeKey struct {
	Purpose     string
	MobileIndex string
	Asker       string // a keyed digest of the client IP, or NoAsker; never ""
}

// NoAsker is the asker of a code that nobody has asked for.
const NoAsker = "-"
