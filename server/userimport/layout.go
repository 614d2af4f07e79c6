package userimport

import (
	"strings"

	"quartet/server/password"
)

// The user's fields that a dump can contain. Those that package account validates have
// its names for them.
const (
	id              = "id"
	username        = "username"
	secret          = "password"
	salt            = "salt"
	nickname        = "nickname"
	realName        = "realname"
	surname         = "surname"
	email           = "email"
	emailConfirmed  = "email-confirmed"
	mobile          = "mobile"
	mobileConfirmed = "mobile-confirmed"
	gender          = "gender"
	birthday        = "birthday"
	avatar          = "avatar"
	signature       = "signature"
	identity        = "identity"
	remark          = "remark"
	company         = "company"
	occupation      = "occupation"
	address         = "address"
	zipcode         = "zipcode"
	site            = "site"
	school          = "graduateschool"
	education       = "education"
	idCardType      = "idcardtype"
	idCard          = "idcard"
	status          = "status"
	deleted         = "deleted"
	created         = "created"
)

// layout describes a system's user table. Words are compared in lower case; the word ""
// is a column that is NULL or empty.
type layout struct {
	columns  map[string][]string // fact → possible names of its column
	required []string            // facts without which no user can be imported
	genders  map[string]int      // to 0 unknown, 1 male, 2 female
	disabled map[string]bool     // of status
	deleted  map[string]bool
	proven   map[string]bool // of the -confirmed facts
	// superRoles are the codes of roles with every right.
	superRoles []string
	// hash returns the stored form of a password hash.
	hash func(username, salt, hash string) (string, error)
	// textID says that ids are texts, and not whole numbers above 0.
	textID bool
}

// layouts are the layouts by the name of the system.
var layouts = map[string]layout{
	"jpress": jpress, "ruoyi": ruoyi, "jeecg": jeecg, "abp": abp, "yudao": yudao, "yudao-member": yudaoMember,
}

// jpress is JPress 2 to 5, table user.
var jpress = layout{
	columns: map[string][]string{
		id: {"id"}, username: {"username"}, secret: {"password"}, salt: {"salt"},
		nickname: {"nickname"}, realName: {"realname"},
		email: {"email"}, emailConfirmed: {"email_status"},
		mobile: {"mobile"}, mobileConfirmed: {"mobile_status"},
		gender: {"gender"}, birthday: {"birthday"}, avatar: {"avatar"}, signature: {"signature"},
		identity: {"identity"}, remark: {"remark"}, company: {"company"}, occupation: {"occupation"},
		address: {"address"}, zipcode: {"zipcode"}, site: {"site"}, school: {"graduateschool"},
		education: {"education"}, idCardType: {"idcardtype"}, idCard: {"idcard"},
		status: {"status"}, created: {"created"},
	},
	required: []string{id, username, secret, salt, status},
	genders:  map[string]int{"": 0, "0": 0, "1": 1, "2": 2, "male": 1, "female": 2, "男": 1, "女": 2, "secret": 0, "保密": 0},
	disabled: map[string]bool{"": false, "ok": false, "registered": false, "locked": true},
	proven:   map[string]bool{"ok": true},
	hash:     func(_, salt, hash string) (string, error) { return password.FromJPress(salt, hash) },
}

// ruoyi is RuoYi-Vue and RuoYi-Cloud, table sys_user.
var ruoyi = layout{
	columns: map[string][]string{
		id: {"user_id"}, username: {"user_name"}, secret: {"password"},
		nickname: {"nick_name"}, email: {"email"}, mobile: {"phonenumber"},
		gender: {"sex"}, avatar: {"avatar"}, remark: {"remark"}, department: {"dept_id"},
		status: {"status"}, deleted: {"del_flag"}, created: {"create_time"},
	},
	required: []string{id, username, secret, status, deleted},
	genders:  map[string]int{"": 0, "0": 1, "1": 2, "2": 0},
	disabled: map[string]bool{"": false, "0": false, "1": true},
	deleted:  map[string]bool{"0": false, "": true, "1": true, "2": true},
	hash:     func(_, _, hash string) (string, error) { return password.FromBcrypt(hash) },
}

// jeecg is JeecgBoot 2 and 3, table sys_user.
var jeecg = layout{
	columns: map[string][]string{
		id: {"id"}, username: {"username"}, secret: {"password"}, salt: {"salt"},
		realName: {"realname"}, email: {"email"}, mobile: {"phone"},
		gender: {"sex"}, birthday: {"birthday"}, avatar: {"avatar"}, occupation: {"post"},
		status: {"status"}, deleted: {"del_flag"}, created: {"create_time"},
	},
	required: []string{id, username, secret, salt, status, deleted},
	genders:  map[string]int{"": 0, "0": 0, "1": 1, "2": 2},
	disabled: map[string]bool{"": false, "1": false, "2": true},
	deleted:  map[string]bool{"0": false, "": true, "1": true},
	hash:     password.FromJeecg,
	textID:   true,
}

// abp is ABP's identity module and ASP.NET Boilerplate, table AbpUsers.
var abp = layout{
	columns: map[string][]string{
		id: {"Id"}, username: {"UserName"}, secret: {"PasswordHash", "Password"},
		realName: {"Name"}, surname: {"Surname"},
		email: {"Email", "EmailAddress"}, emailConfirmed: {"EmailConfirmed", "IsEmailConfirmed"},
		mobile: {"PhoneNumber"}, mobileConfirmed: {"PhoneNumberConfirmed", "IsPhoneNumberConfirmed"},
		status: {"IsActive"}, deleted: {"IsDeleted"}, created: {"CreationTime"},
	},
	required: []string{id, username, secret, status, deleted},
	disabled: map[string]bool{"1": false, "true": false, "t": false, "\x01": false, "0": true, "false": true, "f": true, "\x00": true},
	deleted:  map[string]bool{"1": true, "true": true, "t": true, "\x01": true, "0": false, "false": false, "f": false, "\x00": false},
	proven:   map[string]bool{"1": true, "true": true, "t": true, "\x01": true},
	hash:     func(_, _, hash string) (string, error) { return password.FromIdentity(hash) },
	textID:   true,
}

// bits are the words of a column of bits: MySQL writes its bytes.
var bits = map[string]bool{
	"": false, "0": false, "false": false, "f": false, "\x00": false, "b'0'": false,
	"1": true, "true": true, "t": true, "\x01": true, "b'1'": true,
}

// yudao is the users of yudao's (芋道) administration, table system_users.
var yudao = layout{
	columns: map[string][]string{
		id: {"id"}, username: {"username"}, secret: {"password"},
		nickname: {"nickname"}, email: {"email"}, mobile: {"mobile"},
		gender: {"sex"}, avatar: {"avatar"}, remark: {"remark"}, department: {"dept_id"},
		status: {"status"}, deleted: {"deleted"}, created: {"create_time"},
	},
	required: []string{id, username, secret, status, deleted},
	genders:  yudaoGenders,
	disabled: yudaoStatus,
	deleted:  bits,
	hash:     func(_, _, hash string) (string, error) { return password.FromBcrypt(hash) },
}

// yudaoMember is yudao's members, table member_user. They have no user names, and ids of
// their own.
var yudaoMember = layout{
	columns: map[string][]string{
		id: {"id"}, secret: {"password"}, mobile: {"mobile"}, email: {"email"},
		nickname: {"nickname"}, realName: {"name"}, gender: {"sex"}, birthday: {"birthday"},
		avatar: {"avatar"}, remark: {"mark"},
		status: {"status"}, deleted: {"deleted"}, created: {"create_time"},
	},
	required: []string{id, mobile, secret, status, deleted},
	genders:  yudaoGenders,
	disabled: yudaoStatus,
	deleted:  bits,
	hash:     yudao.hash,
}

var (
	yudaoGenders = map[string]int{"": 0, "0": 0, "1": 1, "2": 2}
	yudaoStatus  = map[string]bool{"": false, "0": false, "1": true}
)

// plain returns a column's name without what tools change about it: case, underscores,
// quotes.
func plain(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "`", "", `"`, "", " ", "").Replace(name))
}

// slot has the indexes of a fact in the values of a record, and the name of its first
// column in the dump.
type slot struct {
	at   []int
	name string
}

// count returns how many of the names are columns of the layout.
func (l layout) count(names []string) (found int) {
	for _, known := range l.columns {
		for _, name := range known {
			for _, candidate := range names {
				if plain(candidate) == plain(name) {
					found++
				}
			}
		}
	}
	return found
}

// bind maps the columns of a dump to facts and ignores unknown ones.
func (l layout) bind(names []string) (map[string]slot, error) {
	places := map[string]int{}
	for at, name := range names {
		if plain(name) == "" {
			continue
		}
		if _, twice := places[plain(name)]; twice {
			return nil, Error{Line: 1, Column: name, Reason: twoColumns}
		}
		places[plain(name)] = at
	}
	slots := map[string]slot{}
	for fact, known := range l.columns {
		for _, name := range known {
			if at, ok := places[plain(name)]; ok {
				found := slots[fact]
				if len(found.at) == 0 {
					found.name = names[at]
				}
				found.at = append(found.at, at)
				slots[fact] = found
			}
		}
	}
	var missing []string
	for _, fact := range l.required {
		if _, ok := slots[fact]; !ok {
			missing = append(missing, strings.Join(l.columns[fact], " or "))
		}
	}
	if len(missing) > 0 {
		list := strings.Join(missing, ", ")
		return nil, Error{Line: 1, Reason: Reason{"these columns are missing: " + list, "缺少这些列：" + list}}
	}
	return slots, nil
}
