package userimport

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"strings"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
)

// Options are the options of a Reader.
type Options struct {
	Format string         // "csv", "jsonl", "json", "xlsx", or "" to find it
	Zone   *time.Location // of times without a zone
	// TrustMobiles and TrustEmails import mobiles and e-mails as verified although the
	// other system does not say so.
	TrustMobiles, TrustEmails bool
}

// Reader reads the users of a dump, one at a time, in constant memory. The caller closes
// it.
type Reader struct {
	Options
	origin  string
	layout  layout
	file    *source
	records records
	columns []string
	slots   map[string]slot
	seed    maphash.Seed
}

// NewReader reads a dump of the system origin once, to find its encoding and its columns,
// and checks these. A file that is no regular one is copied to a temporary file. It
// returns an Error for an invalid dump.
func NewReader(origin string, file io.Reader, o Options) (*Reader, error) {
	known, ok := layouts[origin]
	if !ok {
		return nil, fmt.Errorf("unknown source %q", origin)
	}
	return newReader(origin, known, file, o)
}

func newReader(origin string, known layout, file io.Reader, o Options) (r *Reader, err error) {
	r = &Reader{Options: o, origin: origin, layout: known, seed: maphash.MakeSeed()}
	if r.file, err = newSource(file); err != nil {
		return nil, err
	}
	if err := r.start(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (r *Reader) start() (err error) {
	if r.records, err = open(r.file, r.Format, r.layout); err != nil {
		return err
	}
	if r.columns, err = r.records.names(); err != nil {
		return err
	}
	if err := checkUTF8(r.columns, r.columns, 1); err != nil {
		return Error{Line: 1, Reason: unreadable}
	}
	r.slots, err = r.layout.bind(r.columns)
	return err
}

// Close deletes temporary files.
func (r *Reader) Close() error {
	var err error
	if opened, ok := r.records.(io.Closer); ok {
		err = opened.Close()
	}
	return errors.Join(err, r.file.Close())
}

// Person is a line of a dump.
type Person struct {
	account.ImportedUser // of one who is deleted there only the id
	Line                 int64
	Notes                []Note // what was dropped or changed
	id                   string
	content              uint64 // a hash of all values
}

// Note is a value of a person that was dropped or changed.
type Note struct {
	Column  string // the dump's name of it
	Changed bool
	Reason  Reason
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
	notes  []Note
	err    error
}

// refuse refuses the person for a value of the column of the fact.
func (r *row) refuse(fact string, reason Reason) {
	if r.err == nil {
		r.err = Error{Line: r.line, Column: r.columnOf(fact), Reason: reason.of(r.raw(fact))}
	}
}

// drop notes that a value is left out.
func (r *row) drop(fact string, reason Reason) {
	r.notes = append(r.notes, Note{Column: r.columnOf(fact), Reason: reason.of(r.get(fact))})
}

// raw returns the first value of a fact that is not empty, as it is in the dump.
func (r *row) raw(fact string) string {
	for _, at := range r.slots[fact].at {
		if value := r.values[at]; value != "" && !isNull(value) {
			return value
		}
	}
	return ""
}

// get returns the value of a fact; "" if there is none.
func (r *row) get(fact string) string { return strings.TrimSpace(r.raw(fact)) }

// filled is get with nil for "".
func (r *row) filled(fact string) *string {
	if value := r.get(fact); value != "" {
		return &value
	}
	return nil
}

// has reports whether the dump has a column of the fact.
func (r *row) has(fact string) bool {
	_, present := r.slots[fact]
	return present
}

// word maps a word of the other system, and refuses the person for an unknown one.
func (r *row) word(fact string, words map[string]bool) bool {
	meaning, known := words[strings.ToLower(r.get(fact))]
	if !known && r.has(fact) {
		r.refuse(fact, unknownWord)
	}
	return meaning
}

func (r *row) person() (Person, error) {
	p := Person{Line: r.line, id: r.get(id), content: r.content()}
	if r.has(deleted) && r.word(deleted, r.layout.deleted) {
		p.ImportedUser = account.ImportedUser{Alias: r.alias(), Deleted: true}
		return p, r.err
	}
	p.ImportedUser = account.ImportedUser{
		Alias: r.alias(), PasswordHash: r.hash(), Department: r.get(department),
		Disabled:       r.word(status, r.layout.disabled),
		EmailVerified:  r.TrustEmails || r.layout.proven[strings.ToLower(r.get(emailConfirmed))],
		MobileVerified: r.TrustMobiles || r.layout.proven[strings.ToLower(r.get(mobileConfirmed))],
		CreatedAt:      r.moment(created),
	}
	p.NewUser = account.NewUser{
		Username: r.get(username), Profile: r.facts(),
		Identity: r.filled(identity), Remark: r.filled(remark),
	}
	why := r.nameOf(&p.ImportedUser)
	for _, failed := range p.DropInvalid() {
		r.drop(failed.Field, reasonOf(failed))
	}
	r.signIn(&p.ImportedUser, why)
	p.Notes = r.notes
	return p, r.err
}

// content hashes the values, to find lines that say the same.
func (r *row) content() uint64 {
	var sum maphash.Hash
	sum.SetSeed(r.seed)
	for _, value := range r.values {
		_, _ = sum.WriteString(value) // never fails
		_ = sum.WriteByte(0)
	}
	return sum.Sum64()
}

func (r *row) facts() account.Profile {
	return account.Profile{
		Nickname: r.filled(nickname), RealName: r.fullName(), Signature: r.filled(signature),
		Gender: r.gender(), Birthday: r.birthday(),
		Company: r.filled(company), Occupation: r.filled(occupation),
		Address: r.filled(address), Zipcode: r.filled(zipcode), Site: r.filled(site),
		GraduateSchool: r.filled(school), Education: r.filled(education), Avatar: r.filled(avatar),
		IDCardType: r.filled(idCardType), IDCard: r.filled(idCard),
		Mobile: r.mobile(), Email: r.filled(email),
	}
}

// columnOf is the file's name of a field, and the field's own where it has no column: the
// proof of a mobile that --trust-mobiles gives.
func (r *Reader) columnOf(field string) string {
	if proof, ok := map[string]string{"mobilestatus": mobileConfirmed, "emailstatus": emailConfirmed}[field]; ok {
		if place, known := r.slots[proof]; known {
			return place.name
		}
		return field
	}
	if place, known := r.slots[field]; known {
		return place.name
	}
	return field
}

// reasonOf describes a failure of package account for the author of the file.
func reasonOf(failed *apierr.Error) Reason {
	if slices.Contains([]apierr.Code{apierr.UsernameTaken, apierr.EmailTaken, apierr.MobileTaken}, failed.Code) {
		return taken
	}
	form, known := forms[failed.Field]
	switch {
	case failed.Code != apierr.InvalidField:
		return Reason{failed.Error(), failed.Error()}
	case failed.Reason == apierr.Required:
		return missing
	case failed.Reason == apierr.TooShort:
		return Reason{"shorter than " + failed.Expected + " characters", "少于 " + failed.Expected + " 个字符"}
	case failed.Reason == apierr.TooLong:
		return Reason{"longer than " + failed.Expected + " characters", "超过 " + failed.Expected + " 个字符"}
	case failed.Reason == apierr.HasNUL:
		return Reason{"contains the character NUL", "含有 NUL 字符"}
	case failed.Reason == apierr.MixedScripts:
		return mixedName
	case failed.Reason == apierr.Invisible:
		return unseen
	case failed.Reason == apierr.BadFormat && known:
		return form
	default:
		return Reason{"refused: " + string(failed.Reason), "不能接受：" + string(failed.Reason)}
	}
}

// forms describe the formats of values.
var forms = map[string]Reason{
	username: badName, email: badEmail, mobile: badMobile, birthday: notADate, site: badLink, avatar: badLink,
}
