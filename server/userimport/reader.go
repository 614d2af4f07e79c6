package userimport

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode"

	"quartet/server/account"
)

// Options are the options of a Reader.
type Options struct {
	Format string         // "csv", "jsonl", or "" to detect it by the first byte
	Zone   *time.Location // of times without a zone
	// TrustMobiles and TrustEmails import mobiles and e-mails as verified although the
	// other system does not say so.
	TrustMobiles, TrustEmails bool
}

// Reader reads the users of a dump, one at a time, in constant memory.
type Reader struct {
	Options
	layout  layout
	records records
	columns []string
	slots   map[string]slot
}

// NewReader starts reading a dump of the system source, and checks its columns. It
// returns an Error for an invalid dump.
func NewReader(source string, file io.Reader, o Options) (*Reader, error) {
	known, ok := layouts[source]
	if !ok {
		return nil, fmt.Errorf("unknown source %q", source)
	}
	return newReader(known, file, o)
}

func newReader(known layout, file io.Reader, o Options) (*Reader, error) {
	opened, err := open(file, o.Format)
	if err != nil {
		return nil, err
	}
	r := &Reader{Options: o, layout: known, records: opened}
	if r.columns, err = opened.names(); err != nil {
		return nil, err
	}
	if err := checkUTF8(r.columns, r.columns, 1); err != nil {
		return nil, Error{Line: 1, Reason: notUTF8}
	}
	r.slots, err = known.bind(r.columns)
	return r, err
}

// Person is a line of a dump.
type Person struct {
	account.ImportedUser // of one who is deleted there only the id
	Line                 int64
}

// Next returns the next person. After an Error, which concerns one line, reading can
// continue; io.EOF is the end, and any other error is final.
func (r *Reader) Next() (Person, error) {
	values, line, err := r.records.next()
	if err == nil {
		err = checkUTF8(values, r.columns, line)
	}
	if err != nil {
		return Person{Line: line}, err
	}
	return (&row{Reader: r, values: values, line: line}).person()
}

// row is a line with its first error.
type row struct {
	*Reader
	values []string
	line   int64
	err    error
}

func (r *row) refuse(fact, reason string) {
	if r.err == nil {
		r.err = Error{Line: r.line, Column: r.slots[fact].name, Reason: reason}
	}
}

// get returns the value of a fact; "" if there is none.
func (r *row) get(fact string) string {
	place, ok := r.slots[fact]
	if !ok || isNull(r.values[place.at]) {
		return ""
	}
	return strings.TrimSpace(r.values[place.at])
}

// filled is get with nil for "".
func (r *row) filled(fact string) *string {
	if value := r.get(fact); value != "" {
		return &value
	}
	return nil
}

// lookUp maps a word of the other system.
func lookUp[T any](r *row, fact string, words map[string]T) T {
	word := strings.ToLower(r.get(fact))
	meaning, known := words[word]
	if _, present := r.slots[fact]; !known && present {
		r.refuse(fact, "unknown value")
	}
	return meaning
}

func (r *row) person() (Person, error) {
	if _, asked := r.slots[deleted]; asked && lookUp(r, deleted, r.layout.deleted) {
		return Person{Line: r.line, ImportedUser: account.ImportedUser{Alias: r.alias(), Deleted: true}}, r.err
	}
	p := Person{Line: r.line, ImportedUser: account.ImportedUser{
		Alias: r.alias(), PasswordHash: r.hash(), Department: r.get(department),
		Disabled:       lookUp(r, status, r.layout.disabled),
		EmailVerified:  r.TrustEmails || r.layout.proven[strings.ToLower(r.get(emailConfirmed))],
		MobileVerified: r.TrustMobiles || r.layout.proven[strings.ToLower(r.get(mobileConfirmed))],
		CreatedAt:      r.moment(created),
	}}
	p.NewUser = account.NewUser{
		Username: r.get(username), Profile: r.facts(),
		Identity: r.filled(identity), Remark: r.filled(remark),
	}
	r.nameOf(&p.ImportedUser)
	return p, r.err
}

func (r *row) facts() account.Profile {
	facts := account.Profile{
		Nickname: r.filled(nickname), RealName: r.fullName(), Signature: r.filled(signature),
		Birthday: r.birthday(), Company: r.filled(company), Occupation: r.filled(occupation),
		Address: r.filled(address), Zipcode: r.filled(zipcode), Site: r.filled(site),
		GraduateSchool: r.filled(school), Education: r.filled(education), Avatar: r.filled(avatar),
		IDCardType: r.filled(idCardType), IDCard: r.filled(idCard),
		Mobile: r.mobile(), Email: r.filled(email),
	}
	if _, known := r.slots[gender]; known {
		facts.Gender = new(lookUp(r, gender, r.layout.genders))
	}
	return facts
}

// rounded matches a large number as spreadsheets write it, with lost digits.
var rounded = regexp.MustCompile(`^[0-9.]+[eE]\+?[0-9]+$`)

// alias returns the id exactly as in the dump.
func (r *row) alias() string {
	return r.reference(id)
}

func (r *row) hash() string {
	text := r.get(secret)
	if text == "" {
		return "" // the user signs in by other means
	}
	stored, err := r.layout.hash(r.get(username), r.get(salt), text)
	if err != nil {
		// The reason contains the kind of hash, never the hash.
		r.refuse(secret, strings.TrimPrefix(err.Error(), "password: "))
	}
	return stored
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

// nameOf drops a user name that is the user's own mobile or e-mail, which cannot be
// user names here: the user signs in by the same text.
func (r *row) nameOf(n *account.ImportedUser) {
	switch {
	case strings.Contains(n.Username, "@"):
		if n.Email == nil {
			n.Email = new(n.Username)
		}
		if !strings.EqualFold(*n.Email, n.Username) {
			r.refuse(username, "an e-mail, and not the user's own")
		}
		n.Username = ""
	case looksMobile.MatchString(n.Username):
		if n.Mobile == nil {
			n.Mobile = new(n.Username)
		}
		switch {
		case *n.Mobile != n.Username:
			r.refuse(username, "a mobile, and not the user's own")
		case !n.MobileVerified:
			r.refuse(username, "a mobile, and only a proven one signs in; see --trust-mobiles")
		}
		n.Username = ""
	case n.Username == "":
		r.refuse(username, "it is missing")
	}
}

// timeLayouts are the layouts that exporters write.
var timeLayouts = []string{
	"2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999",
	"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999 -07:00", "2006-01-02 15:04:05.999999999-07",
	"2006-01-02", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006/1/2",
}

// moment parses a date and time. MySQL's zero date is none.
func (r *row) moment(fact string) time.Time {
	text := r.get(fact)
	if text == "" || strings.HasPrefix(text, "0000-00-00") {
		return time.Time{}
	}
	for _, form := range timeLayouts {
		if at, err := time.ParseInLocation(form, text, r.Zone); err == nil {
			return at
		}
	}
	r.refuse(fact, "not a date such as 2026-03-02 08:00:00")
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
