package account

import (
	"time"

	"quartet/store"
)

// Rate is how often something may happen: at most Times in each window of
// length Per.
type Rate struct {
	Times int64
	Per   time.Duration
}

func (r Rate) limit(key string) store.RateLimit {
	return store.RateLimit{Key: key, WindowMillis: r.Per.Milliseconds(), Limit: r.Times}
}

// Limits are the limits of the rules. The program's options have the same fields in the
// same order.
type Limits struct {
	AccessLife       time.Duration     // of an access token, from its issue or last extension
	SessionLife      time.Duration     // of a session and its refresh token, absolute
	Sessions         store.SessionCaps // of a user; past ones are kept so that their tokens are answered with the reason
	RefreshGrace     time.Duration     // how long the access token before the newest is good
	LastSeenInterval time.Duration     // how exactly a session's last use is recorded

	CodeLife         time.Duration // of a one-time code
	CodeAttempts     int64         // of the client IP that asked for a code; as many of all others
	CodeGuessDay     Rate          // guesses of others than that client IP at a mobile's codes
	CodeResend       Rate          // codes sent to a mobile, shortest interval
	CodeHour         Rate          // codes sent to a mobile
	CodeDay          Rate          // codes sent to a mobile
	CodePerIP        Rate          // codes requested by a client IP
	CodeGlobal       Rate          // codes sent in total
	CodeBudget       Rate          // codes sent in total over a long time, as each costs money
	CodeRefusedPerIP Rate          // sign-ins by code refused to a client IP

	PasswordPerAccountIP Rate // wrong passwords for one account from one client IP
	PasswordPerAccount   Rate // wrong passwords for one account from anywhere
	PasswordPerIP        Rate // wrong passwords for any account from one client IP
	OldPasswordPerUser   Rate // wrong old passwords while changing one's own
	WrongSecretPerIP     Rate // wrong secrets for one application from one client IP

	RegisterPerIP  Rate // users created, and e-mails taken or found taken, by one client IP
	RegisterGlobal Rate // users created there in total
	TakenPerUser   Rate // e-mails of which a user may learn whether they are taken

	LookUpPerUser        Rate // look-ups of other users by one user
	LookUpPerIP          Rate // look-ups of other users from one client IP
	LookUpPerApplication Rate // look-ups of other users by one application that proves itself, and by the members of its organisations

	FreshSignIn     time.Duration // how long a sign-in is fresh proof of who the caller is
	MergePerUser    Rate          // tries of one user to merge another
	WeChatPerIP     Rate          // WeChat codes exchanged for one client IP
	WeChatRepeat    time.Duration // how long an exchanged WeChat code gives the same user
	ClosingGrace    time.Duration // how long a sign-in takes back the closing of an account
	DataPerUser     Rate          // copies of one's own data
	ChangesPerUser  Rate          // changes by a user of what is their own
	FallbackTimeout time.Duration // for an answer of the old back end
	FallbackRefusal time.Duration // that each refusal takes, if there is an old back end
	ExchangePerIP   Rate          // tokens of the old back end exchanged for one client IP
	ExchangeToken   Rate          // exchanges of one of them

	SaveTimeout     time.Duration // for the database, after a provider has answered
	ProviderTimeout time.Duration // for an answer of SMS or WeChat
	OverloadedDelay time.Duration // Retry-After when no hashing slot is free
}

// Lifetimes are how long tokens and codes live, and how long the access token before the
// newest does.
type Lifetimes struct{ Access, Session, RefreshGrace, Code time.Duration }

// Lifetimes are those of the service's limits.
func (s *Service) Lifetimes() Lifetimes {
	return Lifetimes{s.limits.AccessLife, s.limits.SessionLife, s.limits.RefreshGrace, s.limits.CodeLife}
}

// DefaultLimits are the documented limits.
func DefaultLimits() Limits {
	const quarter = 15 * time.Minute
	return Limits{
		AccessLife:       time.Hour,
		SessionLife:      30 * 24 * time.Hour,
		RefreshGrace:     10 * time.Second,
		LastSeenInterval: time.Minute,
		Sessions:         store.SessionCaps{Live: 100, Past: 1000, Opened: 1000, WindowMillis: time.Hour.Milliseconds()},

		CodeLife:         5 * time.Minute,
		CodeAttempts:     5,
		CodeGuessDay:     Rate{20, 24 * time.Hour},
		CodeResend:       Rate{1, time.Minute},
		CodeHour:         Rate{5, time.Hour},
		CodeDay:          Rate{10, 24 * time.Hour},
		CodePerIP:        Rate{20, time.Hour},
		CodeGlobal:       Rate{1000, time.Minute},
		CodeBudget:       Rate{20_000, 24 * time.Hour},
		CodeRefusedPerIP: Rate{300, quarter},

		RegisterPerIP:  Rate{60, time.Hour},
		RegisterGlobal: Rate{1000, time.Hour},
		TakenPerUser:   Rate{5, 24 * time.Hour},

		PasswordPerAccountIP: Rate{5, quarter},
		PasswordPerAccount:   Rate{100, quarter},
		PasswordPerIP:        Rate{300, quarter},
		OldPasswordPerUser:   Rate{5, quarter},
		WrongSecretPerIP:     Rate{300, quarter},
		LookUpPerUser:        Rate{600, time.Hour},
		LookUpPerIP:          Rate{3000, time.Hour},
		LookUpPerApplication: Rate{1200, time.Minute},
		FreshSignIn:          10 * time.Minute,
		MergePerUser:         Rate{5, quarter},
		WeChatPerIP:          Rate{300, time.Minute},
		WeChatRepeat:         5 * time.Minute,
		ClosingGrace:         15 * 24 * time.Hour,
		DataPerUser:          Rate{5, 24 * time.Hour},
		ChangesPerUser:       Rate{60, time.Hour},
		FallbackTimeout:      2 * time.Second,
		FallbackRefusal:      3 * time.Second,
		ExchangePerIP:        Rate{300, time.Minute},
		ExchangeToken:        Rate{1, 365 * 24 * time.Hour},
		SaveTimeout:          4 * time.Second,
		ProviderTimeout:      4 * time.Second,
		OverloadedDelay:      2 * time.Second,
	}
}
