package jfinal

import (
	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// Conversions between the user of document 004 and the user of package account.

func fromUserCreation(n openapi.UserCreation) account.NewUser {
	return account.NewUser{
		Username: n.Username, Password: n.Password, Identity: n.Identity, Remark: n.Remark,
		Profile: account.Profile{
			Nickname: n.Nickname, RealName: n.Realname, Signature: n.Signature,
			Gender: fromGender(n.Gender), Birthday: n.Birthday,
			Company: n.Company, Occupation: n.Occupation,
			Address: n.Address, Zipcode: n.Zipcode, Site: n.Site,
			GraduateSchool: n.Graduateschool, Education: n.Education, Avatar: n.Avatar,
			IDCardType: n.Idcardtype, IDCard: n.Idcard, Mobile: n.Mobile, Email: n.Email,
		},
	}
}

func fromUserChange(c openapi.UserChange) account.UserUpdate {
	return account.UserUpdate{
		Username: c.Username, Identity: c.Identity, Remark: c.Remark, Status: c.Status,
		MobileVerified: dialect.OrEmpty(c.MobileStatus) == account.StatusOK, EmailVerified: dialect.OrEmpty(c.EmailStatus) == account.StatusOK,
		Profile: account.Profile{
			Nickname: c.Nickname, RealName: c.Realname, Signature: c.Signature,
			Gender: fromGender(c.Gender), Birthday: c.Birthday,
			Company: c.Company, Occupation: c.Occupation,
			Address: c.Address, Zipcode: c.Zipcode, Site: c.Site,
			GraduateSchool: c.Graduateschool, Education: c.Education, Avatar: c.Avatar,
			IDCardType: c.Idcardtype, IDCard: c.Idcard, Mobile: c.Mobile, Email: c.Email,
		},
	}
}

// fromGender converts the words that the contract's pattern admits.
func fromGender(word *string) *int {
	if word == nil {
		return nil
	}
	switch *word {
	case "1", "男", "male":
		return new(1)
	case "2", "女", "female":
		return new(2)
	default:
		return new(0)
	}
}

// genderWords are document 004's words for 1 and 2.
var genderWords = map[int]string{1: "男", 2: "女"}

// toPublicUser converts what users may see of another whom they are shown.
func toPublicUser(u account.User) openapi.User {
	return openapi.User{
		Id: u.ID, Nickname: u.Nickname, Gender: dialect.OrNull(genderWords[dialect.OrEmpty(u.Gender)]),
		Signature: u.Signature, Site: u.Site, Avatar: u.Avatar,
	}
}

// toUser converts everything but secrets and leaves unknown values out.
func (a API) toUser(u account.User) openapi.User {
	made := toPublicUser(u)
	made.Username = u.Username
	made.Realname = u.RealName
	made.Identity = dialect.OrNull(u.Identity)
	made.Anonym = dialect.OrNull(u.Anonym)
	made.Email = u.Email
	made.EmailStatus = proven(dialect.OrEmpty(u.Email), u.EmailVerified)
	made.Mobile = u.Mobile
	made.MobileStatus = proven(dialect.OrEmpty(u.Mobile), u.MobileVerified)
	made.Birthday = u.Birthday
	made.Company = u.Company
	made.Occupation = u.Occupation
	made.Address = u.Address
	made.Zipcode = u.Zipcode
	made.Graduateschool = u.GraduateSchool
	made.Education = u.Education
	made.Idcardtype = u.IDCardType
	made.Idcard = u.IDCard
	made.Remark = dialect.OrNull(u.Remark)
	made.Status = new(userStatus(u))
	made.Created = new(a.DateTime(u.CreatedAt))
	made.CreateSource = dialect.OrNull(u.CreateSource)
	made.Logged = a.DateTimeOrNull(u.LastLoginAt)
	made.Activated = a.DateTimeOrNull(u.ActivatedAt)
	return made
}

func userStatus(u account.User) string {
	if u.DisabledAt != nil {
		return account.StatusLocked
	}
	return account.StatusOK
}

// proven reports whether an e-mail or mobile is verified; nil if there is none.
func proven(value string, verified bool) *string {
	switch {
	case value == "":
		return nil
	case verified:
		return new("ok")
	default:
		return new("unverified")
	}
}
