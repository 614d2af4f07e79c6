package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"quartet/server/fieldcrypt"
	"quartet/server/keys"
	"quartet/server/token"
)

const (
	// coldSessions is how many tokens a case can use before it meets one again.
	coldSessions = 100_000
	mostClients  = 64
	firstUser    = 1_000_001
	firstSession = 1_000_000_001
	organisation = 10020028 // and the one after it
	application  = "1"
	device       = "bench-device"
	passwordText = "bench-quartet-1"
	code         = "246135"
	signIn       = "sign_in"           // the purpose of a one-time code
	day          = 24 * 60 * 60 * 1000 // in milliseconds
	// lastSeenInterval is how exactly both programs record a session's last use.
	// The run is shorter: only the case that is about it writes it.
	lastSeenInterval = time.Hour
	// floodReaders read while mostClients sign in.
	floodReaders = 8
)

// world says who is in the database. Session i is user i's, counted modulo the
// users. Behind the sessions that were seen lately are some that were not, and
// one for each client that refreshes.
type world struct {
	name            string // of its database
	users, sessions int
	unseen          int
}

// world gives each user a session, and few users so many that tokens stay cold.
func (o options) world(name string, users int) world {
	return world{name: fmt.Sprintf("%s-%d", name, users), users: users, sessions: max(users, o.sessions)}
}

func (w world) user(session int) int64 { return firstUser + int64(session%w.users) }

// codes is how many of the users, the first ones, have a one-time code.
func (w world) codes() int { return min(w.users, writeLimit) }

// Session i's tokens are drawn from a hash, so that the load needs no list of a
// million tokens.
func accessToken(session int) string  { return "AT-1-" + drawn("access", session)[:32] }
func refreshToken(session int) string { return "RT-" + drawn("refresh", session) }

func drawn(kind string, session int) string {
	sum := sha256.Sum256([]byte(kind + strconv.Itoa(session)))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// An invented user's facts follow from the id.
func username(user int64) string { return "bench.user." + strconv.FormatInt(user, 10) }
func mobile(user int64) string   { return fmt.Sprintf("139%08d", user-firstUser) }

// secrets are what the database's keys make of a mobile and a code.
type secrets struct {
	sealer  *fieldcrypt.Sealer
	codeKey []byte
}

func openSecrets(database string) (secrets, error) {
	ring, err := keys.Open(database+".keys", keys.Options{})
	if err != nil {
		return secrets{}, err
	}
	return secrets{sealer: fieldcrypt.New(ring.Derive("personal-data")), codeKey: ring.Derive("one-time-code")}, nil
}

// codeMAC is what is stored of a code, as the server's rules have it.
func (s secrets) codeMAC(mobile string) string {
	mac := hmac.New(sha256.New, s.codeKey)
	mac.Write([]byte(signIn + "\x00" + mobile + "\x00" + code))
	return hex.EncodeToString(mac.Sum(nil))
}

// userRow is a user who can sign in by code and by password.
func (s secrets) userRow(user int64, hash string, now int64) values {
	return values{
		"id": user, "guid": guid(user), "username": username(user), "username_key": username(user),
		"email": username(user) + "@example.com", "email_key": username(user) + "@example.com", "email_verified_at": now,
		"mobile_sealed": s.sealer.Seal(mobile(user), fmt.Sprintf("user:%d:mobile", user)), "mobile_index": s.sealer.Index(mobile(user)), "mobile_verified_at": now,
		"password_hash": hash, "password_changed_at": now,
		"role": "member", "nickname": "旅人" + strconv.FormatInt(user, 10), "gender": int64(1), "avatar": "https://example.com/a.png",
		"security_stamp": "bench", "version": int64(1), "created_at": now, "updated_at": now, "activated_at": now,
	}
}

func guid(user int64) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", user) }

func (w world) sessionRow(session int, now int64) values {
	seen := now
	if session >= w.sessions {
		seen -= (2 * time.Hour).Milliseconds()
	}
	return values{
		"id": firstSession + int64(session), "user_id": w.user(session), "dialect": "yudao", "opened_by": "code",
		"device_number": device, "client_ip": "127.0.0.1", "generation": int64(1),
		"access_hash": token.Hash(accessToken(session)), "access_expires_at": now + day,
		"refresh_hash": token.Hash(refreshToken(session)), "expires_at": now + 30*day,
		"created_at": seen, "last_seen_at": seen,
	}
}
