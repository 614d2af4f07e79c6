package account

import "context"

// SMS delivers one-time codes. Send returns a *apierr.Error if the message was not
// accepted: SMSUnavailable, TooManyRequests, or InvalidField of mobile.
type SMS interface {
	Send(ctx context.Context, m CodeMessage) error
}

// CodeMessage is a one-time code to deliver, or a notice.
type CodeMessage struct {
	Mobile  string // mainland form, 11 digits
	Code    string // "" in a notice
	Purpose string // PurposeSignIn or another purpose of a code, or PurposeNotice
}

// WeChat exchanges the code of a WeChat login for the identity behind it. Exchange
// returns a *apierr.Error with code WeChatCodeInvalid, WeChatCodeUsed,
// WeChatTooFrequent, WeChatUnavailable, or Forbidden for a user whom WeChat has
// blocked. It is never retried, because a code may be used up even if the response was
// lost.
//
// PhoneNumber exchanges the code of a mini-program's phone number for the mobile, in the
// same way; InvalidField with field mobile is a number of another country.
type WeChat interface {
	Exchange(ctx context.Context, code string) (WeChatIdentity, error)
	PhoneNumber(ctx context.Context, code string) (mobile string, err error)
}

// WeChatApps gives the client of a WeChat app: the same one for the same credentials, so
// that what it has learned of WeChat is kept.
type WeChatApps interface {
	Client(WeChatCredentials) (WeChat, error)
}

// WeChatIdentity is WeChat's identity of a user. OpenID is unique within AppID;
// UnionID, if known, is the same across the apps of one owner. Empty strings are
// unknown values.
type WeChatIdentity struct {
	AppID, OpenID, UnionID  string
	Nickname, Avatar        string
	Country, Province, City string
	Gender                  int // 0 unknown, 1 male, 2 female
	Mobile                  string
	Follows                 bool // follows the official account
}
