package account

import (
	"net/url"
	"strings"
	"time"
	"unicode"

	"quartet/server/apierr"
	"quartet/store"
)

// birthdayForm is how a birthday is kept: a calendar date without zone, with
// the time of day that document 004 shows.
const birthdayForm = time.DateTime

// Facts is what people may state about themselves. nil leaves a fact as it is,
// "" empties it. Fields in failures go by the names of document 004.
type Profile struct {
	Nickname, RealName, Signature     *string
	Gender                            *int    // 0 unknown, 1 male, 2 female
	Birthday                          *string // yyyy-MM-dd, or yyyy-MM-dd HH:mm:ss
	Company, Occupation               *string
	Address, Zipcode, Site            *string
	GraduateSchool, Education, Avatar *string
	IDCardType, IDCard                *string
	Mobile, Email                     *string // unverified until proven
}

// checkedText is one text with its bound in characters.
type checkedText struct {
	field   string
	text    *string
	longest int
}

func checkTexts(texts []checkedText) error {
	for _, t := range texts {
		if t.text == nil {
			continue
		}
		if err := checkText(t.field, *t.text, t.longest); err != nil {
			return err
		}
	}
	return nil
}

func (f Profile) check() error {
	if f.Gender != nil && (*f.Gender < 0 || *f.Gender > 2) {
		return &apierr.Error{
			Code: apierr.InvalidField, Field: "gender",
			Reason: apierr.OutOfRange, Expected: "0, 1, 2",
		}
	}
	if err := checkTexts([]checkedText{
		{"nickname", f.Nickname, 64},
		{"realname", f.RealName, 64},
		{"signature", f.Signature, 512},
		{"company", f.Company, 128},
		{"occupation", f.Occupation, 64},
		{"address", f.Address, 255},
		{"zipcode", f.Zipcode, 16},
		{"site", f.Site, 255},
		{"graduateschool", f.GraduateSchool, 128},
		{"education", f.Education, 64},
		{"avatar", f.Avatar, 512},
		{"idcardtype", f.IDCardType, 32},
		{"idcard", f.IDCard, 64},
	}); err != nil {
		return err
	}
	if err := checkWebAddress("site", f.Site); err != nil {
		return err
	}
	return checkWebAddress("avatar", f.Avatar)
}

// checkWebAddress lets through what is empty and what pages can link to without
// running it: javascript: and data: would be somebody else's script.
func checkWebAddress(field string, text *string) error {
	if text == nil || *text == "" || isWebAddress(*text) {
		return nil
	}
	return apierr.Field(field, apierr.BadFormat)
}

func isWebAddress(text string) bool {
	address, err := url.Parse(text)
	return err == nil && (address.Scheme == "http" || address.Scheme == "https") &&
		address.Hostname() != "" && !strings.ContainsFunc(text, unicode.IsSpace)
}

// change checks the facts and gives them as the columns of userID's row.
func (s *Service) change(userID int64, f Profile) (store.UserChange, error) {
	if err := f.check(); err != nil {
		return store.UserChange{}, err
	}
	birthday, err := normalBirthday(f.Birthday)
	if err != nil {
		return store.UserChange{}, err
	}
	change := store.UserChange{
		Nickname: f.Nickname, RealName: f.RealName, Signature: f.Signature,
		Gender: f.Gender, Birthday: birthday,
		Company: f.Company, Occupation: f.Occupation,
		Address: f.Address, Zipcode: f.Zipcode, Site: f.Site,
		GraduateSchool: f.GraduateSchool, Education: f.Education,
		Avatar: f.Avatar, IDCardType: f.IDCardType,
		IDCardSealed: s.sealIDCard(userID, f.IDCard),
	}
	if err := setEmail(&change, f.Email); err != nil {
		return store.UserChange{}, err
	}
	return change, s.setMobile(&change, userID, f.Mobile)
}

func setEmail(change *store.UserChange, email *string) error {
	if email == nil {
		return nil
	}
	if *email == "" {
		change.ClearEmail = true
		return nil
	}
	key, err := emailKey(*email)
	change.Email, change.EmailKey = email, &key
	return err
}

func (s *Service) setMobile(change *store.UserChange, userID int64, mobile *string) error {
	if mobile == nil {
		return nil
	}
	if *mobile == "" {
		change.ClearMobile = true
		return nil
	}
	sealed, index := s.sealMobile(userID, *mobile)
	change.MobileSealed, change.MobileIndex = &sealed, &index
	return checkMobile(*mobile)
}

func (s *Service) sealIDCard(userID int64, idCard *string) *string {
	if idCard == nil || *idCard == "" {
		return idCard
	}
	sealed := s.sealer.Seal(*idCard, idCardContext(userID))
	return &sealed
}

func normalBirthday(birthday *string) (*string, error) {
	if birthday == nil || *birthday == "" {
		return birthday, nil
	}
	for _, form := range []string{birthdayForm, time.DateOnly} {
		if day, err := time.Parse(form, *birthday); err == nil {
			normal := day.Format(birthdayForm)
			return &normal, nil
		}
	}
	return nil, apierr.Field("birthday", apierr.BadFormat)
}

// apply writes a change into a row that is not stored yet.
func applyTo(row *store.User, c store.UserChange) {
	set(&row.Nickname, c.Nickname)
	set(&row.RealName, c.RealName)
	set(&row.Identity, c.Identity)
	set(&row.Signature, c.Signature)
	set(&row.Gender, c.Gender)
	set(&row.Company, c.Company)
	set(&row.Occupation, c.Occupation)
	set(&row.Address, c.Address)
	set(&row.Zipcode, c.Zipcode)
	set(&row.Site, c.Site)
	set(&row.GraduateSchool, c.GraduateSchool)
	set(&row.Education, c.Education)
	set(&row.Avatar, c.Avatar)
	set(&row.IDCardType, c.IDCardType)
	set(&row.Remark, c.Remark)
	row.Username, row.UsernameKey = c.Username, c.UsernameKey
	row.Email, row.EmailKey = c.Email, c.EmailKey
	row.MobileSealed, row.MobileIndex = c.MobileSealed, c.MobileIndex
	row.IDCardSealed = filled(c.IDCardSealed)
	row.Birthday = filled(c.Birthday)
}

func set[T any](to *T, value *T) {
	if value != nil {
		*to = *value
	}
}

// filled is nil for an empty text, which a column of its own keeps as NULL.
func filled(text *string) *string {
	if text == nil || *text == "" {
		return nil
	}
	return text
}
