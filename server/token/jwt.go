package token

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Audience names this server in every JWT's audience, and no application.
const Audience = "quartet"

const (
	issuer = "quartet"
	maxJWT = 2048 // characters
)

// Errors of Verify.
var (
	ErrExpired = errors.New("token: expired")
	ErrInvalid = errors.New("token: invalid")
)

// algorithms are those of all keys.
var algorithms = []string{jwt.SigningMethodRS256.Alg(), jwt.SigningMethodES256.Alg(), jwt.SigningMethodEdDSA.Alg()}

var errClaims = errors.New("sid, sub and iat are required")

// Claims are the claims of a JWT. Times are truncated to seconds (RFC 7519 section 2).
type Claims struct {
	SessionID   int64
	UserID      int64
	Application string // in the audience beside this server; "" for none
	IssuedAt    time.Time
	ExpiresAt   time.Time
}

// Signer signs and verifies JWTs (RFC 7519) with RS256, ES256 (RFC 7518) and EdDSA (RFC
// 8037). The key decides which, never the token. It is safe for concurrent use.
type Signer struct {
	source   KeySource
	verified verified
}

// wireClaims is Claims as JSON. The session id is the text "sid", as in OpenID Connect.
type wireClaims struct {
	jwt.RegisteredClaims
	SessionID string `json:"sid"`
}

// Validate implements jwt.ClaimsValidator: the library calls it after its own checks.
func (w wireClaims) Validate() error {
	if !isID(w.SessionID) || !isID(w.Subject) || w.IssuedAt == nil {
		return errClaims
	}
	return nil
}

// Sign returns a JWT signed with the key that is active when it is issued. It fails if
// a claim is missing.
func (s *Signer) Sign(claims Claims) (string, error) {
	wire := wireClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    issuer,
			Audience:  audienceOf(claims.Application),
			Subject:   strconv.FormatInt(claims.UserID, 10),
			IssuedAt:  jwt.NewNumericDate(claims.IssuedAt),
			ExpiresAt: jwt.NewNumericDate(claims.ExpiresAt),
		},
		SessionID: strconv.FormatInt(claims.SessionID, 10),
	}
	if err := wire.Validate(); err != nil {
		return "", fmt.Errorf("token: sign: %w", err)
	}
	kid, private := s.source.Signing(claims.IssuedAt)
	method := methodOf(private.Public())
	if method == nil {
		return "", fmt.Errorf("token: sign: key %q has no algorithm", kid)
	}
	unsigned := jwt.NewWithClaims(method, wire)
	unsigned.Header["kid"] = kid
	return unsigned.SignedString(private)
}

// Verify checks signature, algorithm, key id, issuer, audience and lifetime at now, and
// returns the claims. The error is ErrExpired if only the lifetime is wrong, and
// ErrInvalid otherwise, with the library's reason wrapped. The caller must still look
// up the session, which may have ended.
func (s *Signer) Verify(token string, now time.Time) (Claims, error) {
	if !IsJWT(token) {
		return Claims{}, ErrInvalid
	}
	sum := sha256.Sum256([]byte(token))
	if found, ok := s.verified.find(sum); ok && found.holds(s.source, now) {
		return found.claims, nil
	}
	found, err := s.prove(token, now)
	if err == nil {
		s.verified.keep(sum, found)
	}
	return found.claims, err
}

// prove verifies a token, and returns the id of the key that signed it.
func (s *Signer) prove(token string, now time.Time) (found proof, err error) {
	var wire wireClaims
	_, err = jwt.ParseWithClaims(token, &wire,
		func(unverified *jwt.Token) (any, error) {
			found.kid, _ = unverified.Header["kid"].(string)
			key, known := s.source.Public(found.kid)
			if !known {
				return nil, errors.New("unknown key id")
			}
			if unverified.Method != methodOf(key) {
				return nil, errors.New("the algorithm is not that of the key")
			}
			found.key = key
			return key, nil
		},
		jwt.WithValidMethods(algorithms),
		jwt.WithIssuer(issuer),
		jwt.WithAudience(Audience),
		jwt.WithExpirationRequired(),
		jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(func() time.Time { return now }))
	if err != nil {
		return proof{}, fmt.Errorf("%w: %w", kindOf(err), err)
	}
	found.claims, err = wire.claims()
	return found, err
}

// IsJWT reports whether s has the form of a JWT: three base64url parts of at most 2048
// characters together. It parses nothing else.
func IsJWT(s string) bool {
	if len(s) > maxJWT {
		return false
	}
	parts := 0
	for part := range strings.SplitSeq(s, ".") {
		if parts++; part == "" || strings.IndexFunc(part, notBase64URL) >= 0 {
			return false
		}
	}
	return parts == 3
}

func notBase64URL(r rune) bool {
	return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_'
}

func (w wireClaims) claims() (Claims, error) {
	session, errSession := strconv.ParseInt(w.SessionID, 10, 64)
	user, errUser := strconv.ParseInt(w.Subject, 10, 64)
	if err := errors.Join(errSession, errUser); err != nil {
		return Claims{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return Claims{
		SessionID:   session,
		UserID:      user,
		Application: w.application(),
		IssuedAt:    w.IssuedAt.UTC(),
		ExpiresAt:   w.ExpiresAt.UTC(),
	}, nil
}

// audienceOf is this server and the application, if there is one.
func audienceOf(application string) jwt.ClaimStrings {
	if application == "" {
		return jwt.ClaimStrings{Audience}
	}
	return jwt.ClaimStrings{Audience, application}
}

// application is the audience beside this server.
func (w wireClaims) application() string {
	for _, name := range w.Audience {
		if name != Audience {
			return name
		}
	}
	return ""
}

// kindOf distinguishes expired from invalid. The library reports all failed checks
// together, and a token that fails another check too is invalid.
func kindOf(err error) error {
	graver := func(other error) bool { return errors.Is(err, other) }
	if errors.Is(err, jwt.ErrTokenExpired) && !slices.ContainsFunc([]error{
		jwt.ErrTokenInvalidIssuer,
		jwt.ErrTokenInvalidAudience,
		jwt.ErrTokenRequiredClaimMissing,
		jwt.ErrTokenNotValidYet,
		errClaims,
	}, graver) {
		return ErrExpired
	}
	return ErrInvalid
}

func isID(text string) bool {
	id, err := strconv.ParseInt(text, 10, 64)
	return err == nil && id > 0 && strconv.FormatInt(id, 10) == text
}
