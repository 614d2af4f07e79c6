package account

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"quartet/server/account/importmerge"
	"quartet/server/account/quickhash"
	"quartet/server/password"
	"quartet/store"
)

// Updated is the outcome of Importer.Import for a user who was imported before and has
// other fields here than there. The fields have the names of document 004; mobilestatus
// and emailstatus are the proofs of the two.
type Updated struct {
	Fields []string // changed by this import
	Kept   []string // left as they are, because they were set here
	// Taken are left as they are too, because another user has the value.
	Taken []TakenField
	// StaysEnabled is that of a user who is disabled there, and is the only super
	// administrator here who can sign in.
	StaysEnabled bool
}

// TakenField is a value that another user has.
type TakenField struct {
	Field string
	Owner int64 // the other user's id
}

// Error lists the fields.
func (u Updated) Error() string {
	return fmt.Sprint("account: updated ", u.Fields, ", kept ", u.Kept, ", taken ", u.Taken, ", stays enabled: ", u.StaysEnabled)
}

// The names of fields that the rules of an update treat apart.
const (
	fieldUsername = "username"
	fieldPassword = "password"
	fieldMobile   = "mobile"
	fieldEmail    = "email"
	fieldStatus   = "status"
	fieldCreated  = "created"

	fieldMobileStatus = "mobilestatus"
	fieldEmailStatus  = "emailstatus"
)

// updatesPerTransaction bounds how long other writers wait.
const updatesPerTransaction = 100

// errRolledBack ends the transaction of a dry run.
var errRolledBack = errors.New("account: a dry run changes nothing")

// update brings later fields to those of a batch who were imported before.
func (i *Importer) update(ctx context.Context, batch []ImportedUser, outcomes []error) error {
	var waiting []int
	for n, err := range outcomes {
		if errors.Is(err, ErrExists) || errors.Is(err, ErrDeleted) {
			waiting = append(waiting, n)
		}
	}
	for range 3 { // a user can change between the reading and the writing
		changes, err := i.changes(ctx, batch, waiting)
		if err != nil {
			return err
		}
		waiting = nil
		for chunk := range slices.Chunk(changes, updatesPerTransaction) {
			changed, err := i.apply(ctx, chunk, outcomes)
			if err != nil {
				return storeErr(err)
			}
			waiting = append(waiting, changed...)
		}
		if len(waiting) == 0 {
			return nil
		}
	}
	return storeErr(store.UnavailableError{Verb: "UpdateImported", Cause: errors.New("a user changes all the time")})
}

// change is what an update does to one user.
type change struct {
	store.ImportUpdate
	n            int // index in the batch
	deleted      bool
	merge        importmerge.Merge
	said         importmerge.Fields
	fields, kept []string
	mobile       *store.Digest // that the update proves
	department   string        // that the user comes into; "" for none
	role         string        // of the user, over the whole server
}

// changes compares those of waiting with their rows, and returns those that differ.
func (i *Importer) changes(ctx context.Context, batch []ImportedUser, waiting []int) ([]change, error) {
	people := map[string]int{} // the last line of each decides
	var aliases []string
	for _, n := range waiting {
		people[batch[n].Alias] = n
		aliases = append(aliases, batch[n].Alias)
	}
	rows, err := i.s.store.ImportedUsers(ctx, i.Source, aliases)
	if err != nil {
		return nil, storeErr(err)
	}
	var changes []change
	for _, row := range rows {
		n := people[row.Alias]
		person := batch[n]
		person.Disabled = person.Disabled || person.Deleted
		c, err := i.compare(person, row)
		if err != nil {
			return nil, err
		}
		c.n, c.deleted = n, person.Deleted
		if len(c.fields) > 0 || len(c.kept) > 0 || c.Record != valueOf(row.Record) {
			changes = append(changes, c)
		}
	}
	slices.SortFunc(changes, func(a, b change) int { return cmp.Compare(a.n, b.n) })
	return changes, nil
}

// digestOf makes the digests of a user's record. The key is the user's own, so that equal
// values of two users cannot be seen to be equal. A hash behind a key of fixed length is
// enough for what is cut to 32 bits, and costs a tenth of an HMAC.
func (i *Importer) digestOf(alias string) importmerge.Digest {
	key := i.s.sealer.Index("import:" + i.Source + "\x00" + alias)
	return func(text string) string {
		sum := sha256.Sum256([]byte(key + text))
		return hex.EncodeToString(sum[:4])
	}
}

// saidOf are the fields that an import says of a user; row is what it would store.
func (s *Service) saidOf(n ImportedUser, row store.User) importmerge.Fields {
	fields := fieldsOf(row)
	fields["idcard"], fields[fieldPassword] = valueOf(n.IDCard), n.PasswordHash
	return fields
}

// fieldsOf are the fields of a row, without the sealed ones and the password.
func fieldsOf(row store.User) importmerge.Fields {
	fields := importmerge.Fields{
		fieldUsername: valueOf(row.Username), "nickname": row.Nickname, "realname": row.RealName,
		"signature": row.Signature, "gender": "", "birthday": valueOf(row.Birthday),
		"company": row.Company, "occupation": row.Occupation, "address": row.Address, "zipcode": row.Zipcode,
		"site": row.Site, "graduateschool": row.GraduateSchool, "education": row.Education,
		"avatar": row.Avatar, "idcardtype": row.IDCardType, "identity": row.Identity, "remark": row.Remark,
		fieldMobile: string(valueOf(row.MobileIndex)), fieldEmail: valueOf(row.Email), fieldStatus: StatusOK,
	}
	if row.Gender != 0 {
		fields["gender"] = strconv.Itoa(row.Gender)
	}
	if row.DisabledAt != nil {
		fields[fieldStatus] = StatusLocked
	}
	return fields
}

// compare decides which fields of an import a user gets.
func (i *Importer) compare(n ImportedUser, row store.ImportedRow) (change, error) {
	there, err := i.s.importedUser(i.Source, n)
	if err != nil {
		return change{}, err // it was checked before
	}
	c := change{said: i.s.saidOf(n, there), merge: importmerge.Merge{
		Record: importmerge.Record(valueOf(row.Record)), Digest: i.digestOf(n.Alias).Cached(),
		Untouched: row.Version == 1, All: i.Overwrite,
	}}
	here := fieldsOf(row.User)
	if here["idcard"], err = i.s.unseal(row.IDCardSealed, idCardContext(row.ID)); err != nil {
		return change{}, err
	}
	said := importmerge.Fields{}
	for field, text := range c.said {
		if field != fieldPassword && field != fieldStatus {
			said[field] = text
		}
	}
	result := c.merge.Compare(said, here)
	// A lock that was set or lifted here stays, whatever the flags.
	locks := c.merge
	locks.All = false
	status := locks.Compare(importmerge.Fields{fieldStatus: c.said[fieldStatus]}, importmerge.Fields{fieldStatus: here[fieldStatus]})
	result.Take, result.Kept = append(result.Take, status.Take...), append(result.Kept, status.Kept...)

	c.UserID, c.Version, c.Alias, c.role = row.ID, row.Version, n.Alias, row.Role
	c.keepProven(&result, there, row.User)
	if err := i.takeFields(&c, n, row.User, result.Take); err != nil {
		return change{}, err
	}
	i.takePassword(&c, n, row.User)
	c.takeProofs(there, row.User, result.Take)
	if !n.CreatedAt.IsZero() && there.CreatedAt != row.CreatedAt {
		c.ImportUpdate.CreatedAt, c.fields = &there.CreatedAt, append(c.fields, fieldCreated)
	}
	i.takeDepartment(&c, n)
	c.kept = result.Kept
	c.Record = string(c.record(nil))
	return c, nil
}

// record is what the next import compares with; the fields of taken are told again then.
func (c *change) record(taken []string) importmerge.Record {
	record := c.merge.After(c.said, append(taken, c.kept...)...)
	if c.department != "" {
		record = record.Add(importmerge.Department, c.department, c.merge.Digest)
	}
	return record
}

// keepProven leaves a proven mobile or e-mail that would be replaced by an unproven one:
// it is a way in.
func (c *change) keepProven(result *importmerge.Result, there, here store.User) {
	result.Take = slices.DeleteFunc(result.Take, func(field string) bool {
		kept := field == fieldMobile && here.MobileVerifiedAt != nil && there.MobileVerifiedAt == nil ||
			field == fieldEmail && here.EmailVerifiedAt != nil && there.EmailVerifiedAt == nil && !strings.EqualFold(valueOf(here.Email), valueOf(there.Email))
		if kept {
			result.Kept = append(result.Kept, field)
		}
		return kept
	})
}

// takeFields makes the columns of the fields that are taken.
func (i *Importer) takeFields(c *change, n ImportedUser, here store.User, take []string) error {
	update := n.update()
	wanted := func(field string) bool { return slices.Contains(take, field) }
	for name, field := range map[string]**string{
		fieldUsername: &update.Username, "nickname": &update.Nickname, "realname": &update.RealName,
		"signature": &update.Signature, "birthday": &update.Birthday, "company": &update.Company,
		"occupation": &update.Occupation, "address": &update.Address, "zipcode": &update.Zipcode, "site": &update.Site,
		"graduateschool": &update.GraduateSchool, "education": &update.Education, "avatar": &update.Avatar,
		"idcardtype": &update.IDCardType, "idcard": &update.IDCard, "identity": &update.Identity, "remark": &update.Remark,
		fieldMobile: &update.Mobile, fieldEmail: &update.Email,
	} {
		if !wanted(name) {
			*field = nil
		}
	}
	if !wanted("gender") {
		update.Gender = nil
	}
	columns, err := i.s.columns(here.ID, update)
	if err != nil {
		return err
	}
	c.UserChange, c.fields = columns, take
	if wanted(fieldStatus) {
		c.Disabled = new(n.Disabled)
	}
	return nil
}

// takePassword takes the hash of another password there, as long as nobody has signed in
// here by the imported one and none was set here.
func (i *Importer) takePassword(c *change, n ImportedUser, here store.User) {
	stored := valueOf(i.s.openHash(here))
	switch {
	case n.PasswordHash == "", n.PasswordHash == stored, here.PasswordChangedAt != nil,
		c.merge.Record.Has(fieldPassword, n.PasswordHash, c.merge.Digest),
		stored != "" && !password.IsImported(stored),
		c.merge.Record == "" && password.IsWrapped(stored): // the hash inside is not known
		return
	}
	hash := quickhash.Seal(i.s.sealer, here.ID, n.PasswordHash)
	c.PasswordHash, c.WasPasswordHash, c.fields = &hash, here.PasswordHash, append(c.fields, fieldPassword)
}

// takeProofs takes the proof of a mobile or e-mail that the user has, or gets.
func (c *change) takeProofs(there, here store.User, take []string) {
	if there.MobileVerifiedAt != nil {
		same := here.MobileIndex != nil && *here.MobileIndex == *there.MobileIndex
		if same && here.MobileVerifiedAt == nil || slices.Contains(take, fieldMobile) {
			c.MobileVerified, c.mobile, c.fields = true, there.MobileIndex, append(c.fields, fieldMobileStatus)
		}
	}
	if there.EmailVerifiedAt != nil {
		same := here.EmailKey != nil && *here.EmailKey == *there.EmailKey
		if same && here.EmailVerifiedAt == nil || !same && slices.Contains(take, fieldEmail) {
			c.EmailVerified, c.fields = true, append(c.fields, fieldEmailStatus)
		}
	}
}

// takeDepartment makes the user a member of a department that no earlier import brought.
// A membership that was removed here stays removed.
func (i *Importer) takeDepartment(c *change, n ImportedUser) {
	organisation, known := i.departments[n.Department]
	if known && !c.merge.Record.Has(importmerge.Department, n.Department, c.merge.Digest) {
		c.department = n.Department
		if organisation != 0 { // a dry run has not added it
			c.Organisations = []int64{organisation}
		}
		c.fields = append(c.fields, importmerge.Department)
	}
}
