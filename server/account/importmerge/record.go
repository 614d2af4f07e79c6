package importmerge

import (
	"maps"
	"slices"
	"strings"
)

// Fields are what is known of a person: texts in a canonical form by the names of the
// fields. A missing or empty field says nothing.
type Fields map[string]string

// letters are the letters of the fields in a record. They are stored: a letter is never
// given to another field.
var letters = map[string]byte{
	"username": 'u', "password": 'p', "nickname": 'n', "realname": 'r', "signature": 's', "gender": 'g',
	"birthday": 'b', "company": 'c', "occupation": 'o', "address": 'a', "zipcode": 'z', "site": 'w',
	"graduateschool": 'h', "education": 'e', "avatar": 'i', "idcardtype": 't', "idcard": 'k',
	"identity": 'y', "remark": 'm', "mobile": 'M', "email": 'E', "status": 'S',
	"department": 'D', "role": 'R',
}

// Fields that a person can have several of.
const (
	Department = "department"
	Role       = "role"
)

// digestLength is the length of a digest in a record. Of 32 bits, one new value in four
// billion is taken for the old one.
const digestLength = 8

// Record is what the last import said of a person: for each field its letter and the
// start of a keyed digest.
type Record string

// Digest is a keyed hash as hexadecimal text, of which a record keeps the first eight
// digits. It must differ from person to person for the same text.
type Digest func(text string) string

// Cached computes the digest of each text once.
func (d Digest) Cached() Digest {
	known := map[string]string{}
	return func(text string) string {
		digest, ok := known[text]
		if !ok {
			digest = d(text)
			known[text] = digest
		}
		return digest
	}
}

func (d Digest) entry(field, text string) string {
	return string(letters[field]) + d(field + "\x00" + text)[:digestLength]
}

// New returns the record of fields.
func New(fields Fields, digest Digest) Record {
	var record strings.Builder
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		if fields[field] != "" {
			record.WriteString(digest.entry(field, fields[field]))
		}
	}
	return Record(record.String())
}

// entries yields the entries of the record.
func (r Record) entries(yield func(entry string) bool) {
	for text := string(r); len(text) > digestLength; text = text[digestLength+1:] {
		if !yield(text[:digestLength+1]) {
			return
		}
	}
}

// Has reports whether the record says that a field had this text.
func (r Record) Has(field, text string, digest Digest) bool {
	wanted := digest.entry(field, text)
	for entry := range r.entries {
		if entry == wanted {
			return true
		}
	}
	return false
}

// says reports whether the record has the field, whatever its text.
func (r Record) says(field string) bool {
	for entry := range r.entries {
		if entry[0] == letters[field] {
			return true
		}
	}
	return false
}

// Add adds a further department or role.
func (r Record) Add(field, text string, digest Digest) Record {
	return r + Record(digest.entry(field, text))
}

// with replaces the text of a field.
func (r Record) with(field, text string, digest Digest) Record {
	var rest strings.Builder
	for entry := range r.entries {
		if entry[0] != letters[field] {
			rest.WriteString(entry)
		}
	}
	return Record(rest.String()).Add(field, text, digest)
}
