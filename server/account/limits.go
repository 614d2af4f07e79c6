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

func (r Rate) quota(key string) store.Quota {
	return store.Quota{Key: key, WindowMillis: r.Per.Milliseconds(), Limit: r.Times}
}

// Limits is every number that the rules know. Each of them is an option of the
// program: its flags are a struct of the same fields in the same order.
type Limits struct {
	AccessLife   time.Duration // of an access token, from its issue or last slide
	SessionLife  time.Duration // of a session and its refresh token, absolute
	RefreshGrace time.Duration // how long the access token before the newest is good
	SeenEvery    time.Duration // how exactly a session's last use is recorded

	CodeLife     time.Duration // of a one-time code
	CodeAttempts int64         // wrong guesses that burn a code
	CodeGap      Rate          // codes sent to a mobile, shortest distance
	CodeHour     Rate          // codes sent to a mobile
	CodeDay      Rate          // codes sent to a mobile
	CodeAddress  Rate          // codes asked for by an address
	CodeAll      Rate          // codes sent altogether
	CodeRefused  Rate          // sign-ins by code refused to an address

	GuessPair    Rate // wrong passwords for one account from one address
	GuessAccount Rate // wrong passwords for one account from anywhere
	GuessAddress Rate // wrong passwords for any account from one address
	GuessOld     Rate // wrong old passwords while changing one's own

	RegisterAddress Rate // users created by one address where registration is open
	RegisterAll     Rate // users created there altogether

	FreshSignIn     time.Duration // how long after a code a first password can be set
	WeChatAddress   Rate          // WeChat codes exchanged for one address
	WeChatRepeat    time.Duration // how long a WeChat code that was exchanged gives the same person
	KeptWait        time.Duration // for the database, once a gateway has answered
	GatewayWait     time.Duration // for an answer of SMS or WeChat
	OverloadedDelay time.Duration // told to a caller whom no hashing slot was free for
}

// DefaultLimits is what Quartet promises its users.
func DefaultLimits() Limits {
	const quarter = 15 * time.Minute
	return Limits{
		AccessLife:   time.Hour,
		SessionLife:  30 * 24 * time.Hour,
		RefreshGrace: 10 * time.Second,
		SeenEvery:    time.Minute,

		CodeLife:     5 * time.Minute,
		CodeAttempts: 5,
		CodeGap:      Rate{1, time.Minute},
		CodeHour:     Rate{5, time.Hour},
		CodeDay:      Rate{10, 24 * time.Hour},
		CodeAddress:  Rate{20, time.Hour},
		CodeAll:      Rate{1000, time.Minute},
		CodeRefused:  Rate{300, quarter},

		RegisterAddress: Rate{60, time.Hour},
		RegisterAll:     Rate{1000, time.Hour},

		GuessPair:       Rate{5, quarter},
		GuessAccount:    Rate{100, quarter},
		GuessAddress:    Rate{300, quarter},
		GuessOld:        Rate{5, quarter},
		FreshSignIn:     10 * time.Minute,
		WeChatAddress:   Rate{300, time.Minute},
		WeChatRepeat:    5 * time.Minute,
		KeptWait:        4 * time.Second,
		GatewayWait:     4 * time.Second,
		OverloadedDelay: 2 * time.Second,
	}
}
