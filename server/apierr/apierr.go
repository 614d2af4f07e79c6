package apierr

import (
	"errors"
	"fmt"
	"time"
)

// Code identifies a kind of failure.
type Code string

// The kinds of failures. Package dialect's catalogue has an entry for each.
const (
	MalformedBody          Code = "malformed_body"
	InvalidField           Code = "invalid_field"
	DuplicateField         Code = "duplicate_field"
	MisspelledField        Code = "misspelled_field"
	BodyTooLarge           Code = "body_too_large"
	BodyTooSlow            Code = "body_too_slow"
	HeadersTooLarge        Code = "headers_too_large"
	UnsupportedMediaType   Code = "unsupported_media_type"
	Unauthenticated        Code = "unauthenticated"
	TokenExpired           Code = "token_expired"
	SessionEnded           Code = "session_ended"
	SessionReplaced        Code = "session_replaced"
	RefreshReused          Code = "refresh_reused"
	WrongCredentials       Code = "wrong_credentials"
	WrongCode              Code = "wrong_code"
	UnknownApplication     Code = "unknown_application"
	WrongApplicationSecret Code = "wrong_application_secret"
	Forbidden              Code = "forbidden"
	FreshProofRequired     Code = "fresh_proof_required"
	NewPasswordRequired    Code = "new_password_required"
	PathNotFound           Code = "path_not_found"
	MethodNotAllowed       Code = "method_not_allowed"
	UserNotFound           Code = "user_not_found"
	SessionNotFound        Code = "session_not_found"
	NotFound               Code = "not_found" // of an operator's resource; Field names it
	AlreadyExists          Code = "already_exists"
	Conflict               Code = "conflict" // the state of what Field names does not allow it
	LastSuperAdministrator Code = "last_super_administrator"
	PreconditionFailed     Code = "precondition_failed"
	IdempotencyKeyReused   Code = "idempotency_key_reused"
	SetupClosed            Code = "setup_closed"
	KeysReadOnly           Code = "keys_read_only"
	WebhookAddressRefused  Code = "webhook_address_refused"
	UsernameTaken          Code = "username_taken"
	EmailTaken             Code = "email_taken"
	MobileTaken            Code = "mobile_taken"
	WeChatTaken            Code = "wechat_taken"
	WeakPassword           Code = "weak_password"
	WrongOldPassword       Code = "wrong_old_password"
	TooManyRequests        Code = "too_many_requests"
	WeChatCodeInvalid      Code = "wechat_code_invalid"
	WeChatCodeUsed         Code = "wechat_code_used"
	WeChatTooFrequent      Code = "wechat_too_frequent"
	WeChatUnavailable      Code = "wechat_unavailable"
	SMSUnavailable         Code = "sms_unavailable"
	Overloaded             Code = "overloaded"
	Unavailable            Code = "unavailable"
	Internal               Code = "internal"
)

// Reason is why a field is refused.
type Reason string

// The reasons a field can be refused for.
const (
	Required   Reason = "required"
	WrongType  Reason = "type"
	BadFormat  Reason = "format"
	TooShort   Reason = "too_short"
	TooLong    Reason = "too_long"
	OutOfRange Reason = "range"
	NotInEnum  Reason = "enum"
	TooDeep    Reason = "depth"
	TooMany    Reason = "count"
	Full       Reason = "full" // there are as many as there can be
	NotUTF8    Reason = "utf8"
	HasNUL     Reason = "nul"
	TooCommon  Reason = "common"
	// NeedsSecret is of a right that an application without a secret cannot have.
	NeedsSecret Reason = "needs_secret"
	// Personal and BadCharacters are of a password that is made of the user's names, and of
	// one with invisible or control characters.
	Personal      Reason = "personal"
	BadCharacters Reason = "characters"
	// MixedScripts is of a name with letters of scripts that no language writes together,
	// Invisible of one with characters that nobody sees.
	MixedScripts Reason = "scripts"
	Invisible    Reason = "invisible"
	// Undocumented is of a name that the contract does not have.
	Undocumented Reason = "undocumented"
	// FileMoved and DiskFull are why the database is Unavailable.
	FileMoved Reason = "file_moved"
	DiskFull  Reason = "disk_full"
)

// Error is a failure to report to the caller. Cause is for the log only.
type Error struct {
	Code   Code
	Field  string // name of the field concerned, "" when there is none
	Reason Reason // why the field is refused or the database is unavailable, "" when Code says it all
	// Expected is the documented name of a misspelled field, the limit that was exceeded
	// ("64", "0, 1, 2"), or the values that a header may have.
	Expected   string
	RetryAfter time.Duration // how long to wait, 0 when waiting does not help
	Cause      error
}

// New returns a failure without a field.
func New(code Code) *Error { return &Error{Code: code} }

// Field returns an InvalidField failure.
func Field(name string, reason Reason) *Error {
	return &Error{Code: InvalidField, Field: name, Reason: reason}
}

// Wrap returns a failure with a cause for the log.
func Wrap(code Code, cause error) *Error { return &Error{Code: code, Cause: cause} }

// Error returns the text for the log.
func (e *Error) Error() string {
	text := string(e.Code)
	if e.Field != "" {
		text += fmt.Sprintf(" (%s: %s)", e.Field, e.Reason)
	}
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// As returns the failure in err; for any other error it returns Internal with err as
// its cause.
func As(err error) *Error {
	var failed *Error
	if errors.As(err, &failed) {
		return failed
	}
	return Wrap(Internal, err)
}

// Is reports whether err is a failure of this kind.
func Is(err error, code Code) bool {
	var failed *Error
	return errors.As(err, &failed) && failed.Code == code
}
