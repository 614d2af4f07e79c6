package main

import (
	"time"

	"quartet/server/account"
)

// limitFlags has the fields of account.Limits in their order: one converts into
// the other, so a limit without a flag does not compile.
type limitFlags struct {
	AccessLife       time.Duration `group:"sessions" type:"span" default:"${limits_AccessLife}" help:"How long an access token or JWT lives, from its issue or last slide."`
	SessionLife      time.Duration `group:"sessions" type:"span" default:"${limits_SessionLife}" help:"How long a session and its refresh token live, whatever happens."`
	RefreshGrace     time.Duration `group:"sessions" type:"span" default:"${limits_RefreshGrace}" help:"How long the access token before the newest stays good after a refresh; later it is taken for theft."`
	LastSeenInterval time.Duration `group:"sessions" type:"span" default:"${limits_LastSeenInterval}" help:"How exactly a session's last use is recorded."`

	CodeLife         time.Duration `group:"codes" type:"span" default:"${limits_CodeLife}" help:"How long a code is good."`
	CodeAttempts     int64         `group:"codes" type:"count" default:"${limits_CodeAttempts}" help:"Wrong guesses that burn a code."`
	CodeResend       account.Rate  `group:"codes" default:"${limits_CodeResend}" help:"Codes to one mobile in a short while; clients are told to wait its time before they ask again."`
	CodeHour         account.Rate  `group:"codes" default:"${limits_CodeHour}" help:"Codes to one mobile."`
	CodeDay          account.Rate  `group:"codes" default:"${limits_CodeDay}" help:"Codes to one mobile in a long while."`
	CodePerIP        account.Rate  `group:"codes" default:"${limits_CodePerIP}" help:"Codes asked for by one client address."`
	CodeGlobal       account.Rate  `group:"codes" default:"${limits_CodeGlobal}" help:"Codes altogether."`
	CodeRefusedPerIP account.Rate  `group:"codes" default:"${limits_CodeRefusedPerIP}" help:"Sign-ins by a wrong code from one client address; they count as --password-per-ip too."`

	PasswordPerAccountIP account.Rate `group:"passwords" default:"${limits_PasswordPerAccountIP}" help:"Wrong passwords for one account from one client address; then it is locked for that address."`
	PasswordPerAccount   account.Rate `group:"passwords" default:"${limits_PasswordPerAccount}" help:"Wrong passwords for one account from anywhere; then it is locked for all."`
	PasswordPerIP        account.Rate `group:"passwords" default:"${limits_PasswordPerIP}" help:"Wrong passwords and codes for any account from one client address."`
	OldPasswordPerUser   account.Rate `group:"passwords" default:"${limits_OldPasswordPerUser}" help:"Wrong old passwords of somebody who changes theirs."`

	RegisterPerIP  account.Rate `group:"registration" default:"${limits_RegisterPerIP}" help:"Users created by one client address where registration is open; administrators are not counted."`
	RegisterGlobal account.Rate `group:"registration" default:"${limits_RegisterGlobal}" help:"Users created there altogether."`

	FreshSignIn     time.Duration `group:"passwords" type:"span" default:"${limits_FreshSignIn}" help:"How long after signing in by a code a first password can be set."`
	WeChatPerIP     account.Rate  `name:"wechat-per-ip" group:"gateways" default:"${limits_WeChatPerIP}" help:"WeChat codes exchanged for one client address."`
	WeChatRepeat    time.Duration `name:"wechat-repeat" group:"gateways" type:"span" default:"${limits_WeChatRepeat}" help:"How long a WeChat code that was exchanged gives the same person again."`
	SaveTimeout     time.Duration `group:"gateways" type:"span" default:"${limits_SaveTimeout}" help:"For the database to record what WeChat or SMS answered."`
	ProviderTimeout time.Duration `group:"gateways" type:"span" default:"${limits_ProviderTimeout}" help:"For an answer of WeChat or SMS, then it is answered 503."`
	OverloadedDelay time.Duration `group:"passwords" type:"span" default:"${limits_OverloadedDelay}" help:"Retry-After of a sign-in that was answered 503 because too many waited."`
}
