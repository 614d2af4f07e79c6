package account

import (
	"context"
	"errors"
	"net/mail"
	"slices"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"quartet/server/account/nametext"
	"quartet/server/apierr"
	"quartet/store"
)

// longestEmail is in bytes: RFC 5321 section 4.5.3.1.3 less the brackets.
const longestEmail = 254

// domains maps the names of mail servers as a look-up in DNS does (UTS 46), but for
// underscores, which some have.
var domains = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.BidiRule())

// emailKey returns the form in which two e-mail addresses are compared: NFKC in lower
// case, with the domain in ASCII. Only a bare address is accepted (RFC 5322 addr-spec
// without quoting); space around it is not a part of it.
func emailKey(email string) (string, error) {
	email = strings.TrimSpace(email)
	if len(email) > longestEmail {
		return "", outOf("email", apierr.TooLong, longestEmail)
	}
	if !isAddress(email) || checkText("email", email, longestEmail) != nil {
		return "", apierr.Field("email", apierr.BadFormat)
	}
	local, domain := splitAddress(email)
	if !isLiteral(domain) {
		ascii, err := domains.ToASCII(domain)
		if err != nil {
			return "", apierr.Field("email", apierr.BadFormat)
		}
		domain = ascii
	}
	key := strings.ToLower(norm.NFKC.String(strings.ToLower(norm.NFKC.String(local))) + "@" + domain)
	if !isAddress(key) || len(key) > longestEmail { // NFKC makes an at sign of a full-width one
		return "", apierr.Field("email", apierr.BadFormat)
	}
	return key, nil
}

// newEmail returns an address without space around it, and its key. Its parts have no
// invisible characters and no letters of several scripts.
func newEmail(email string) (address, key string, err error) {
	address = strings.TrimSpace(email)
	if key, err = emailKey(address); err != nil {
		return "", "", err
	}
	local, domain := splitAddress(address)
	if shown, err := domains.ToUnicode(domain); err == nil {
		domain = shown
	}
	switch parts := append(strings.Split(domain, "."), local); {
	case slices.ContainsFunc(parts, nametext.HasInvisible):
		return "", "", apierr.Field("email", apierr.Invisible)
	case slices.ContainsFunc(parts, nametext.MixesScripts):
		return "", "", apierr.Field("email", apierr.MixedScripts)
	}
	return address, key, nil
}

// olderEmailKeys are the keys under which older programs may have stored the address:
// lower case alone, with the domain as it was written.
func olderEmailKeys(email, key string) []string {
	email = strings.ToLower(strings.TrimSpace(email))
	local, domain := splitAddress(email)
	keys := []string{email}
	if shown, err := domains.ToUnicode(domain); err == nil {
		keys = append(keys, local+"@"+shown)
	}
	slices.Sort(keys)
	return slices.DeleteFunc(slices.Compact(keys), func(older string) bool { return older == key })
}

// userOfEmail finds the user of an address with its key. An address in ASCII, which has
// one key, takes one query.
func (s *Service) userOfEmail(ctx context.Context, email, key string) (store.User, error) {
	user, err := s.store.UserByEmailKey(ctx, key)
	for _, older := range olderEmailKeys(email, key) {
		if errors.Is(err, store.ErrNotFound) {
			user, err = s.store.UserByEmailKey(ctx, older)
		}
	}
	return user, err
}

func isAddress(text string) bool {
	parsed, err := mail.ParseAddress(text)
	return err == nil && parsed.Address == text
}

func splitAddress(email string) (local, domain string) {
	i := strings.LastIndexByte(email, '@')
	return email[:max(i, 0)], email[i+1:]
}

// isLiteral reports whether a domain is an IP address in brackets.
func isLiteral(domain string) bool { return strings.HasPrefix(domain, "[") }
