package userimport

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/password"
)

var (
	// rounded matches a large number as spreadsheets write it, with lost digits.
	rounded = regexp.MustCompile(`^[0-9.]+[eE]\+?[0-9]+$`)
	// plainID is a whole number above 0, of up to 64 bits.
	plainID = regexp.MustCompile(`^[1-9][0-9]{0,19}$`)
)

// alias returns the id exactly as in the dump.
func (r *row) alias() string { return r.reference(id) }

// reference returns an id of this or another table.
func (r *row) reference(fact string) string {
	text := r.get(fact)
	sheet, isSheet := r.records.(*sheetRecords)
	switch {
	case text == "":
		r.refuse(fact, missing)
	case rounded.MatchString(text), isSheet && sheet.isRounded(text):
		r.refuse(fact, roundedID)
	case !r.layout.textID && !plainID.MatchString(text):
		r.refuse(fact, notInteger)
	}
	return text
}

func (r *row) hash() string {
	text := r.get(secret)
	if text == "" {
		return "" // the user signs in by other means
	}
	stored, err := r.layout.hash(r.get(username), r.get(salt), text)
	if err != nil {
		// The reason contains the kind of hash, never the hash.
		known := "哈希的格式不对："
		if errors.Is(err, password.ErrUnknownHash) {
			known = "未知的哈希："
		}
		english := strings.TrimPrefix(err.Error(), "password: ")
		r.refuse(secret, Reason{english, known + english})
	}
	return stored
}

// gender returns the gender; one that is not known is dropped.
func (r *row) gender() *int {
	if !r.has(gender) {
		return nil
	}
	meaning, known := r.layout.genders[strings.ToLower(r.get(gender))]
	if !known {
		r.drop(gender, unknownWord)
		return nil
	}
	return &meaning
}

// fullName joins the parts of a name: Chinese ones with the surname first, without a
// space between.
func (r *row) fullName() *string {
	given, family := r.get(realName), r.get(surname)
	switch {
	case family == "":
		return r.filled(realName)
	case given == "":
		return &family
	case strings.ContainsFunc(family, func(c rune) bool { return unicode.Is(unicode.Han, c) }):
		return new(family + given)
	default:
		return new(given + " " + family)
	}
}

var mobileTrimmed = strings.NewReplacer(" ", "", "-", "")

// mainland matches a mainland mobile with its country code.
var mainland = regexp.MustCompile(`^(?:\+86|0086|86)(1[0-9]{10})$`)

// mobile removes separators and the country code from a mobile.
func (r *row) mobile() *string {
	text := mobileTrimmed.Replace(r.get(mobile))
	if text == "" {
		return nil
	}
	if digits := mainland.FindStringSubmatch(text); digits != nil {
		text = digits[1]
	}
	return &text
}

var looksMobile = regexp.MustCompile(`^1[3-9][0-9]{9}$`)

// nameOf removes a text that cannot be a user name here, and says why. The user's own
// mobile or e-mail is none, because the user signs in by the same text.
func (r *row) nameOf(n *account.ImportedUser) (why Reason) {
	switch text := n.Username; {
	case text == "":
		return missing
	case strings.Contains(text, "@"):
		why = ownSign("e-mail", "邮箱")
		if n.Email == nil {
			n.Email = &text
		}
		if !strings.EqualFold(*n.Email, text) {
			why = Reason{"an e-mail, and not the user's own", "是邮箱，却不是本人的"}
		}
	case looksMobile.MatchString(text):
		why = ownSign("mobile", "手机号")
		if n.Mobile == nil {
			n.Mobile = &text
		}
		switch {
		case *n.Mobile != text:
			why = Reason{"a mobile, and not the user's own", "是手机号，却不是本人的"}
		case !n.MobileVerified:
			why = Reason{"a mobile, and only a proven one signs in; see --trust-mobiles", "是手机号，只有已验证的才能登录；参见 --trust-mobiles"}
		}
	default:
		err := account.CheckUsername(text)
		if err == nil {
			return Reason{}
		}
		why = badName
		if failed := apierr.As(err); failed.Reason == apierr.MixedScripts || failed.Reason == apierr.Invisible {
			why = reasonOf(failed)
		}
	}
	n.Username = ""
	return why
}

// signIn notes why a user has no user name, and makes one of the origin and the id for a
// user whom neither an e-mail nor a mobile signs in.
func (r *row) signIn(n *account.ImportedUser, why Reason) {
	if n.Username != "" {
		return
	}
	original := r.get(username)
	byEmail := n.Email != nil && (original == "" || strings.EqualFold(*n.Email, original))
	byMobile := n.Mobile != nil && n.MobileVerified && (original == "" || *n.Mobile == original)
	if !byEmail && !byMobile {
		n.Username = r.madeName(n.Alias)
		why = renamed(why)
	}
	if original != "" || n.Username != "" {
		r.notes = append(r.notes, Note{Column: r.columnOf(username), Changed: true, Reason: why.of(original)})
	}
}

// madeName makes a user name that is the same at each import.
func (r *row) madeName(alias string) string {
	name := r.origin + "-" + alias
	if account.CheckUsername(name) == nil {
		return name
	}
	sum := sha256.Sum256([]byte(alias))
	return r.origin + "-" + hex.EncodeToString(sum[:12])
}

// timeLayouts are the layouts that exporters write.
var timeLayouts = []string{
	"2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999",
	"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999 -07:00", "2006-01-02 15:04:05.999999999-07",
	"2006-01-02T15:04:05.999999999-0700",
	"2006-01-02 15:04", "2006-01-02", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006/1/2", "2006年1月2日", "20060102",
}

// milliseconds matches a time as Jackson and fastjson write it by default.
var milliseconds = regexp.MustCompile(`^-?[0-9]{11,13}$`)

// moment parses a date and time; one that cannot be read is dropped. MySQL's zero date
// and the first day of the year 1, which .NET and Go write, are none.
func (r *row) moment(fact string) time.Time {
	text := r.get(fact)
	if text == "" || strings.HasPrefix(text, "0000-00-00") || strings.HasPrefix(text, "0001-01-01") {
		return time.Time{}
	}
	if sheet, ok := r.records.(*sheetRecords); ok {
		if at, known := sheet.moment(text, r.Zone); known {
			return at
		}
	}
	if milliseconds.MatchString(text) {
		if since, err := strconv.ParseInt(text, 10, 64); err == nil {
			return time.UnixMilli(since).In(r.Zone)
		}
	}
	for _, form := range timeLayouts {
		if at, err := time.ParseInLocation(form, text, r.Zone); err == nil && at.Year() > 1 {
			return at
		}
	}
	r.drop(fact, notADate)
	return time.Time{}
}

// birthday is a calendar date without zone.
func (r *row) birthday() *string {
	at := r.moment(birthday)
	if at.IsZero() {
		return nil
	}
	return new(at.Format(time.DateTime))
}
