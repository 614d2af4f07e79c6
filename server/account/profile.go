package account

import (
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"

	"quartet/server/account/nametext"
	"quartet/server/apierr"
	"quartet/store"
)

// birthdayLayout is how a birthday is stored: a calendar date without zone, with
// the time of day that document 004 shows.
const birthdayLayout = time.DateTime

// Profile is what users state about themselves. In a change nil leaves a value as it is
// and "" empties it; in a User nil is unknown. Failures name its fields as document 004
// does.
//
// It has the fields of store.ProfileColumns, or the conversion does not compile.
type Profile struct {
	Nickname, RealName, Signature *string
	Gender                        *int    // 0 unknown, 1 male, 2 female
	Birthday                      *string // yyyy-MM-dd, or yyyy-MM-dd HH:mm:ss
	Company, Occupation           *string
	Address, Zipcode, Site        *string
	GraduateSchool, Education     *string
	Avatar                        *string
	IDCardType, IDCard            *string
	Mobile, Email                 *string // unverified
}

// checkedText is a text with its maximum length in characters.
type checkedText struct {
	field   string
	text    *string
	longest int
}

func checkTexts(texts []checkedText) error {
	for _, t := range texts {
		if err := t.check(); err != nil {
			return err
		}
	}
	return nil
}

func (t checkedText) check() error {
	if t.text == nil {
		return nil
	}
	return checkText(t.field, *t.text, t.longest)
}

// statedText is a text of a profile.
type statedText struct {
	field   string
	text    **string
	longest int // characters
	rule    func(field string, text *string) error
}

func (p *Profile) texts() []statedText {
	return []statedText{
		{"nickname", &p.Nickname, 64, checkVisible},
		{"realname", &p.RealName, 64, nil},
		{"signature", &p.Signature, 512, nil},
		{"company", &p.Company, 128, nil},
		{"occupation", &p.Occupation, 64, nil},
		{"address", &p.Address, 255, nil},
		{"zipcode", &p.Zipcode, 16, nil},
		{"site", &p.Site, 255, checkLink},
		{"graduateschool", &p.GraduateSchool, 128, nil},
		{"education", &p.Education, 64, nil},
		{"avatar", &p.Avatar, 512, checkLink},
		{"idcardtype", &p.IDCardType, 32, nil},
		{"idcard", &p.IDCard, 64, nil},
	}
}

func (t statedText) check() error {
	err := checkedText{t.field, *t.text, t.longest}.check()
	if err == nil && t.rule != nil {
		err = t.rule(t.field, *t.text)
	}
	return err
}

func (p Profile) check() error {
	if err := checkGender(p.Gender); err != nil {
		return err
	}
	for _, t := range p.texts() {
		if err := t.check(); err != nil {
			return err
		}
	}
	return nil
}

func checkGender(gender *int) error {
	if gender == nil || *gender >= 0 && *gender <= 2 {
		return nil
	}
	return &apierr.Error{Code: apierr.InvalidField, Field: "gender", Reason: apierr.OutOfRange, Expected: "0, 1, 2"}
}

// checkLink accepts an http or https URL and a text without a scheme: an empty one, a
// path, a host's name, an icon's class. A javascript: or data: URL would be a script in
// pages that link to it.
func checkLink(field string, text *string) error {
	if text == nil || hasNoScheme(*text) || isWebAddress(*text) {
		return nil
	}
	return apierr.Field(field, apierr.BadFormat)
}

// checkVisible accepts a text that shows all of itself, in its own order.
func checkVisible(field string, text *string) error {
	if text != nil && nametext.HasInvisible(*text) {
		return apierr.Field(field, apierr.Invisible)
	}
	return nil
}

// hostWithPort matches a host's name with a dot in it, and a port. Scripts have schemes
// without a dot.
var hostWithPort = regexp.MustCompile(`^[^\s:/?#.]+(?:\.[^\s:/?#.]+)+:[0-9]{1,5}(?:[/?#]\S*)?$`)

// hasNoScheme reports whether no colon comes before the first slash, question mark or
// number sign (RFC 3986, section 4.2), but for that of a port. Words may be apart by a
// space each, as in a file's name.
func hasNoScheme(text string) bool {
	if strings.ContainsFunc(text, unicode.IsControl) || text != strings.Join(strings.Fields(text), " ") {
		return false
	}
	end := strings.IndexAny(text, ":/?#")
	return end < 0 || text[end] != ':' || hostWithPort.MatchString(text)
}

func isWebAddress(text string) bool {
	address, err := url.Parse(text)
	return err == nil && (address.Scheme == "http" || address.Scheme == "https") &&
		address.Hostname() != "" && !strings.ContainsFunc(text, unicode.IsSpace)
}

// change checks a profile and returns it as the columns of userID's row.
func (s *Service) change(userID int64, p Profile) (store.UserChange, error) {
	if err := p.check(); err != nil {
		return store.UserChange{}, err
	}
	c := store.UserChange{ProfileColumns: store.ProfileColumns(p)}
	var err error
	if c.Birthday, err = normalBirthday(p.Birthday); err != nil {
		return store.UserChange{}, err
	}
	if valueOf(p.IDCard) != "" {
		c.IDCard = new(s.sealer.Seal(*p.IDCard, idCardContext(userID)))
	}
	c.Email, c.ClearEmail = filled(p.Email), p.Email != nil && *p.Email == ""
	if c.Email != nil {
		email, key, err := newEmail(*c.Email)
		if err != nil {
			return store.UserChange{}, err
		}
		c.Email, c.EmailKey = &email, &key
	}
	c.Mobile, c.ClearMobile = filled(p.Mobile), p.Mobile != nil && *p.Mobile == ""
	if c.Mobile != nil {
		if err := checkMobile(*p.Mobile); err != nil {
			return store.UserChange{}, err
		}
		c.Mobile, c.MobileIndex = new(s.sealMobile(userID, *p.Mobile)), new(s.mobileIndex(*p.Mobile))
	}
	return c, nil
}

func normalBirthday(birthday *string) (*string, error) {
	if birthday == nil || *birthday == "" {
		return birthday, nil
	}
	for _, layout := range []string{birthdayLayout, time.DateOnly} {
		if day, err := time.Parse(layout, *birthday); err == nil {
			return new(day.Format(birthdayLayout)), nil
		}
	}
	return nil, apierr.Field("birthday", apierr.BadFormat)
}

// applyTo applies a change to a row that is not stored yet.
func applyTo(row *store.User, c store.UserChange) {
	store.SetProfile(row, c.ProfileColumns)
	row.Username, row.UsernameKey, row.EmailKey, row.MobileIndex = c.Username, c.UsernameKey, c.EmailKey, c.MobileIndex
	row.Identity, row.Remark = valueOf(c.Identity), valueOf(c.Remark)
}

// valueOf returns the zero value for nil.
func valueOf[T any](value *T) (v T) {
	if value != nil {
		v = *value
	}
	return v
}

// filled returns nil for an empty text.
func filled(text *string) *string {
	if text == nil || *text == "" {
		return nil
	}
	return text
}
