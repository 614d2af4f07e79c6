package account

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"quartet/server/apierr"
	"quartet/store"
)

// mobilePattern is a mainland mobile number without country code.
var mobilePattern = regexp.MustCompile(`^1[3-9][0-9]{9}$`)

// checkMobile accepts the eleven digits of a mainland mobile.
func checkMobile(mobile string) error {
	if !mobilePattern.MatchString(mobile) {
		return apierr.Field("mobile", apierr.BadFormat)
	}
	return nil
}

// checkText accepts what every database engine stores unchanged, up to longest
// characters.
func checkText(field, text string, longest int) error {
	switch {
	case !utf8.ValidString(text):
		return apierr.Field(field, apierr.NotUTF8)
	case strings.ContainsRune(text, 0):
		return apierr.Field(field, apierr.HasNUL)
	case utf8.RuneCountInString(text) > longest:
		return outOf(field, apierr.TooLong, longest)
	}
	return nil
}

// clip shortens text such as a User-Agent to its column, because the request is not
// refused for it.
func clip(text string, longest int) string {
	clean := []rune(strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", ""))
	return string(clean[:min(longest, len(clean))])
}

func outOf(field string, reason apierr.Reason, limit int) error {
	failed := apierr.Field(field, reason)
	failed.Expected = strconv.Itoa(limit)
	return failed
}

// mobileContext and idCardContext bind a sealed value to its owner: it cannot be
// decrypted in another user's row.
// userSubject names a user in keys of counters and the like.
func userSubject(userID int64) string { return "user:" + strconv.FormatInt(userID, 10) }

func mobileContext(userID int64) string { return "user:" + strconv.FormatInt(userID, 10) + ":mobile" }
func idCardContext(userID int64) string { return "user:" + strconv.FormatInt(userID, 10) + ":idcard" }

// sealMobile encrypts a mobile for its owner's row.
func (s *Service) sealMobile(userID int64, mobile string) string {
	return s.sealer.Seal(mobile, mobileContext(userID))
}

// mobileIndex returns the keyed hash that finds a mobile.
func (s *Service) mobileIndex(mobile string) store.Digest {
	return store.Digest(s.sealer.Index(mobile))
}
