package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// oldPassword is tao.ran's in every dump below; the hashes were made by OpenJDK,
// Python and crypt(3).
const oldPassword = "old-secret-1"

// dumps are user tables of other systems. In each there are tao.ran, who may
// sign in, lu.jiahe, who is locked out, and where it says so the deleted he.gone.
var dumps = map[string]string{
	"jpress": `id,username,nickname,email,email_status,mobile,mobile_status,password,salt,gender,status,created
9007199254740993,tao.ran,陶然,tao.ran@example.com,ok,13700001111,ok,0beead68ab79e1e57e91b4a95ac068a55d36038f6123664a343bafa4eaf67793,qmky3ggxL9n47pM4SWDJs38JyTnOgdaE,female,ok,2021-03-04 05:06:07
2,lu.jiahe,,,,,,0beead68ab79e1e57e91b4a95ac068a55d36038f6123664a343bafa4eaf67793,qmky3ggxL9n47pM4SWDJs38JyTnOgdaE,,locked,2021-03-04 05:06:07
`,
	"ruoyi": "\ufeff" + `user_id,dept_id,user_name,nick_name,email,phonenumber,sex,avatar,password,status,del_flag,create_time,remark
100,1,tao.ran,陶然,,,1,,$2a$10$abcdefghijklmnopqrstuuP4bGmhW17v.i1OMosVZxHa01pAc2JCS,0,0,2021-03-04 05:06:07,"a, b"
101,1,lu.jiahe,,,,0,,$2a$10$abcdefghijklmnopqrstuuP4bGmhW17v.i1OMosVZxHa01pAc2JCS,1,0,2021-03-04 05:06:07,\N
102,1,he.gone,,,,0,,nothing,0,2,2021-03-04 05:06:07,
`,
	"jeecg": `{"id":"e9ca23d68d884d4ebb19d07889727dae","username":"tao.ran","realname":"陶然","password":"231a91141b2096a2","salt":"RCGTeGiH","sex":2,"phone":null,"status":1,"del_flag":0,"birthday":"1990-05-06 00:00:00.000000"}
{"id":"e9ca23d68d884d4ebb19d07889727daf","username":"lu.jiahe","password":"0011223344556677889900aabbccddee","salt":"RCGTeGiH","status":2,"del_flag":0}
{"id":"1","username":"he.gone","password":"","salt":"","status":1,"del_flag":1}
`,
	"abp": `"Id","UserName","Name","Surname","Email","EmailConfirmed","PhoneNumber","PhoneNumberConfirmed","PasswordHash","IsActive","IsDeleted","CreationTime"
"3a0b1c2d-0000-4000-8000-000000000001","tao.ran","然","陶","tao.ran@example.com","1","+86 137-0000-1111","1","AQAAAAIAAYagAAAAEAABAgMEBQYHCAkKCwwNDg+yoeSaNHKMvakv+M6ZLDKcQPt7neaDM8UD1v+8vPPmyA==","1","0","2021-03-04T05:06:07.0000000"
"3a0b1c2d-0000-4000-8000-000000000002","lu.jiahe","","","lu@example.com","0","","0","AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+ySBxoV10oUrLbmHMHQYGZ6xeRWws9WsLitq58heOf7w==","0","0","2021-03-04T05:06:07"
"3a0b1c2d-0000-4000-8000-000000000003","he.gone","","","he@example.com","0","","0","","1","1","2021-03-04T05:06:07"
`,
}

// importUsers imports a dump by the real program.
func (s *cluster) importUsers(t *testing.T, source string, flags ...string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), source)
	must(t, os.WriteFile(path, []byte(dumps[source]), 0o600))
	args := append([]string{"import", "--from", source, "--database", s.url, "--keys", s.keys}, flags...)
	if code, errs := command(t, append(args, path)...); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs)
	}
}

// TestA5_LegacyHashes: people of other systems sign in by their old passwords,
// which then are stored as argon2id.
func TestA5_LegacyHashes(t *testing.T) {
	for source := range dumps {
		for _, wrap := range []bool{false, true} {
			t.Run(fmt.Sprint(source, " wrapped ", wrap), func(t *testing.T) {
				onEachEngine(t, nil, func(t *testing.T, s *cluster) { s.checkMovedIn(t, source, wrap) })
			})
		}
	}
}

func (s *cluster) checkMovedIn(t *testing.T, source string, wrap bool) {
	t.Helper()
	s.importUsers(t, source)
	s.importUsers(t, source) // again, which changes nothing
	if n := s.number(t, "SELECT COUNT(*) FROM users"); n != 2 {
		t.Errorf("%d users, want 2", n)
	}
	quick := source == "jpress" || source == "jeecg"
	if wrap { // as the servers do within a minute
		_, err := s.rules.QuickHashes()(t.Context())
		must(t, err)
	}
	before := s.hashOf(t, "tao.ran")
	sealed, wrapped := strings.HasPrefix(before, "$quartet-sealed$"), strings.Contains(before, "$argon2id$")
	if quick != (sealed || wrapped) || wrap && quick && !wrapped {
		t.Errorf("stored as %s", before)
	}
	// A rename must not matter, although Jeecg's hash is over the name.
	s.exec(t, "UPDATE users SET username = 'ran.tao', username_key = 'ran.tao' WHERE username = 'tao.ran'")
	refused(t, "jfinal", s.server(0).send(t, byPassword("ran.tao", otherPassword)), http.StatusUnauthorized)
	refused(t, "jfinal", s.server(0).send(t, byPassword("lu.jiahe", oldPassword)), http.StatusUnauthorized)
	if now := s.hashOf(t, "ran.tao"); now != before && (!sealed || strings.HasPrefix(now, phcPrefix)) {
		t.Errorf("a wrong password changed the hash to %s", now)
	}
	s.server(0).ok(t, byPassword("ran.tao", oldPassword))
	if now := s.hashOf(t, "ran.tao"); !strings.HasPrefix(now, phcPrefix) {
		t.Errorf("after the first sign-in stored as %s", now)
	}
	refused(t, "jfinal", s.server(1).send(t, byPassword("ran.tao", otherPassword)), http.StatusUnauthorized)
	s.server(1).ok(t, byPassword("ran.tao", oldPassword))
	if now := s.hashOf(t, "lu.jiahe"); strings.HasPrefix(now, phcPrefix) {
		t.Errorf("a disabled user's hash became %s", now)
	}
}

// TestA5_ImportedFacts: what the other system had proven is proven, and nothing
// else; the old id leads to the user, digit by digit.
func TestA5_ImportedFacts(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		s.importUsers(t, "jpress")
		users, err := s.store.UsersByAlias(t.Context(), "9007199254740993")
		must(t, err)
		if len(users) != 1 || *users[0].Username != "tao.ran" || users[0].Nickname != "陶然" || users[0].Gender != 2 ||
			users[0].MobileVerifiedAt == nil || users[0].EmailVerifiedAt == nil ||
			users[0].CreatedAt.Time().Format("2006-01-02 15:04:05") != "2021-03-03 21:06:07" {
			t.Errorf("imported as %+v", users)
		}
		s.server(0).ok(t, byPassword("13700001111", oldPassword))
		for _, sealed := range s.texts(t, "SELECT mobile_sealed FROM users") {
			if strings.Contains(sealed, "13700001111") {
				t.Error("a mobile is not sealed")
			}
		}
	})
}
