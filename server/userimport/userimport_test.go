package userimport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
)

const (
	digest = "0beead68ab79e1e57e91b4a95ac068a55d36038f6123664a343bafa4eaf67793"
	header = "id,username,password,salt,status"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// open reads a dump of JPress.
func opened(t *testing.T, text string, change ...func(*Options)) *Reader {
	t.Helper()
	return openedFrom(t, "jpress", text, change...)
}

func openedFrom(t *testing.T, source, text string, change ...func(*Options)) *Reader {
	t.Helper()
	options := Options{Zone: shanghai}
	for _, c := range change {
		c(&options)
	}
	r, err := NewReader(source, strings.NewReader(text), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func one(t *testing.T, r *Reader) Person {
	t.Helper()
	person, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	return person
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func of[T any](value *T) (v T) {
	if value != nil {
		v = *value
	}
	return v
}

// TestFormatsSayTheSame: CSV, with all that exporters do to it, and JSON Lines.
func TestFormatsSayTheSame(t *testing.T) {
	t.Parallel()
	csv := "\xef\xbb\xbf`ID`,\"user_name\",password,salt,status,nickname,realname,gender,birthday,created,remark,unknown\r\n" +
		`12345678901234567890,tao.ran,` + digest + `,qmky,ok,"涂 ""小雨""",\N,male,1990-05-06,2021-03-04 05:06:07.000000,"two` + "\n" + `lines",x` + "\r\n"
	json := `{"id":12345678901234567890,"username":"tao.ran","password":"` + digest + `","salt":"qmky","status":"ok",` +
		`"nickname":"涂 \"小雨\"","realname":null,"gender":1,"birthday":"1990-05-06T00:00:00","created":"2021-03-03T21:06:07Z","remark":"two\nlines"}`
	for name, text := range map[string]string{"csv": csv, "json": json} {
		r := opened(t, text)
		p := one(t, r)
		equal(t, name+" alias", p.Alias, "12345678901234567890")
		equal(t, name+" user name", p.Username, "tao.ran")
		equal(t, name+" nickname", of(p.Nickname), `涂 "小雨"`)
		equal(t, name+" real name", p.RealName, nil)
		equal(t, name+" gender", of(p.Gender), 1)
		equal(t, name+" birthday", of(p.Birthday), "1990-05-06 00:00:00")
		equal(t, name+" created", p.CreatedAt.UTC(), time.Date(2021, time.March, 3, 21, 6, 7, 0, time.UTC))
		equal(t, name+" remark", of(p.Remark), "two\nlines")
		equal(t, name+" hash", p.PasswordHash[:16], "$quartet-jpress$")
		if _, err := r.Next(); !errors.Is(err, io.EOF) {
			t.Errorf("%s: then %v", name, err)
		}
	}
}

func TestWordsOfEachSystem(t *testing.T) {
	t.Parallel()
	const bcrypt = "$2a$10$abcdefghijklmnopqrstuuP4bGmhW17v.i1OMosVZxHa01pAc2JCS"
	ruoyi := "user_id,user_name,password,status,del_flag,sex\n" +
		"1,a1," + bcrypt + ",0,0,0\n2,a2," + bcrypt + ",1,0,1\n3,a3," + bcrypt + ",0,2,2\n4,a4,,0,0,2\n"
	r := openedFrom(t, "ruoyi", ruoyi)
	for _, want := range []string{"1 1 false false", "2 2 true false", "3 0 false true", "4 0 false false"} {
		p := one(t, r)
		equal(t, "ruoyi", fmt.Sprint(p.Alias, " ", of(p.Gender), " ", p.Disabled, " ", p.Deleted), want)
	}
	abp := `{"Id":"g-1","UserName":"tao.ran","PasswordHash":null,"IsActive":true,"IsDeleted":false,"Name":"Ran","Surname":"Tao","Email":"t@example.com","EmailConfirmed":true,"PhoneNumber":"+8613700001111","PhoneNumberConfirmed":false}`
	p := one(t, openedFrom(t, "abp", abp))
	equal(t, "abp", fmt.Sprint(p.Alias, of(p.RealName), p.EmailVerified, of(p.Mobile), p.MobileVerified, p.PasswordHash), "g-1Ran Taotrue13700001111false")
	p = one(t, openedFrom(t, "abp", abp, func(o *Options) { o.TrustMobiles = true }))
	equal(t, "a trusted mobile", p.MobileVerified, true)
}

// TestNamesThatAreMobilesOrEmails go on working as what they are, or are replaced: no user
// name here may look like them. So are names that cannot be user names.
func TestNamesThatAreMobilesOrEmails(t *testing.T) {
	t.Parallel()
	const columns = "id,username,password,salt,status,email,email_status,mobile,mobile_status\n"
	for line, want := range map[string]string{
		"1,tao@example.com,,,ok,,,,":                     "|tao@example.com|",
		"1,Tao@example.com,,,ok,tao@example.com,,,":      "|tao@example.com|",
		"1,tao@example.com,,,ok,lu@example.com,,,":       "jpress-1|lu@example.com|",
		"1,tao@@example,,,ok,,,,":                        "jpress-1||",
		"1,13700001111,,,ok,,,13700001111,ok":            "||13700001111",
		"1,13700001111,,,ok,,,86-13700001111,ok":         "||13700001111",
		"1,13700001111,,,ok,,,13700002222,ok":            "jpress-1||13700002222",
		"1,13700001111,,,ok,,,13700001111,":              "jpress-1||13700001111",
		"1,,,,ok,,,,":                                    "jpress-1||",
		"1,,,,ok,,,13700001111,ok":                       "||13700001111",
		"1,李,,,ok,,,,":                                   "jpress-1||",
		"1,陶 然,,,ok,tao@example.com,,,":                  "jpress-1|tao@example.com|",
		"1,阿凡提·买买提,,,ok,,,,":                             "阿凡提·买买提||",
		"1,tao.ran,,,ok,tao@example.com,no,13700001111,": "tao.ran|tao@example.com|13700001111",
	} {
		p, err := opened(t, columns+line+"\n").Next()
		got := p.Username + "|" + of(p.Email) + "|" + of(p.Mobile)
		if err != nil {
			got = err.Error()
		}
		equal(t, line, got, want)
	}
}

func TestDumpsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                 "line 1: the file is empty",
		"\xef\xbb\xbf":                     "line 1: the file is empty",
		"\xff\xfei\x00d\x00\n\x00":         "these columns are missing",
		"id,username,\xff\xff\n":           "line 1: neither UTF-8 nor GB18030",
		"PK\x03\x04":                       "line 1: not an .xlsx file",
		"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "line 1: an old Excel file",
		"\x1f\x8b\x08\x00":                 "line 1: the file is compressed",
		"id,username,salt,ID\n":            "line 1: ID: there are two columns",
		"id,username\n":                    "these columns are missing: password, salt, status",
		`{"id":1,"username":"a"}`:          "these columns are missing: password, salt, status",
		`[{"id":1}]`:                       "these columns are missing: username, password, salt, status",
		`{"RECORDS": [{"id":1}`:            "line 1: the JSON array does not end",
		"INSERT INTO user VALUES (1)\n":    "these columns are missing: id, username",
		header:                             "line 1: the file ends within this line",
	} {
		_, err := NewReader("jpress", strings.NewReader(text), Options{Zone: shanghai})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
	if _, err := NewReader("wordpress", strings.NewReader(header), Options{}); err == nil {
		t.Error("an unknown system is known")
	}
}

// good and goodJSON are lines that nothing is wrong with.
const (
	good     = "9,tao.ran," + digest + ",qmky,ok"
	goodJSON = `{"id":9,"username":"tao.ran","password":null,"salt":"","status":"ok","birthday":""}`
)

func TestLinesThatAreRefused(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"1,tao.ran," + digest + ",qmky":              "line 3: more or fewer columns",
		"1,\xff\xff," + digest + ",qmky,ok":          "line 3: username: neither UTF-8 nor GB18030",
		"1,tao.ran,5f4dcc3b5aa765d61d8327,qmky,ok":   "line 3: password: malformed hash: not the 64 hex digits",
		"1,tao.ran," + digest + ",,ok":               "line 3: password: malformed hash: salt is not of",
		"1,tao.ran," + digest + ",qmky,sleeping":     "line 3: status: unknown value",
		",tao.ran," + digest + ",qmky,ok":            "line 3: id: it is missing",
		"1.23457E+17,tao.ran," + digest + ",qmky,ok": "line 3: id: rounded by a spreadsheet",
		`1,tao"ran,` + digest + ",qmky,ok":           "line 3: a quote stands where none may",
	} {
		checkRefused(t, header+"\n"+good+"\n"+line+"\n"+good+"\n", want, true)
	}
	for line, want := range map[string]string{
		`{"id":1,"username":`:         "line 3: the JSON object does not end",
		`{"id":1,"id":2}`:             "line 3: duplicate name",
		`{"id":1,"username":{"a":1}}`: "line 3: username: expected a text, a number or null",
		`{"id":1} {"id":2}`:           "line 3: data after the JSON object",
		`[1]`:                         "line 3: not a JSON object",
		`{"id":1,"username":"` + "\xff\xff" + `"}`:   "line 3: username: neither UTF-8",
		`{"id":"abc","username":"ab","status":"ok"}`: "line 3: id: not a whole number above 0 in plain digits; export the table again with the column as text (found text of 3 letters)",
		`{"id":701.0,"username":"ab","status":"ok"}`: "line 3: id: not a whole number above 0 in plain digits; export the table again with the column as text (found digits.digits)",
		`{"id":-5,"username":"ab","status":"ok"}`:    "line 3: id: not a whole number above 0",
	} {
		checkRefused(t, goodJSON+"\n\n"+line+"\n"+goodJSON+"\n", want, true)
	}
	checkRefused(t, header+"\n"+good+"\n"+good, "line 3: the file ends within this line", false)
	checkRefused(t, header+"\n"+good+"\n"+`1,"tao`, "line 3: a quote is not closed: the file may have been cut off", false)
	checkRefused(t, goodJSON+"\n\n"+goodJSON[:40], "line 3: the JSON object does not end: the file may have been cut off", false)
}

// checkRefused reads a good person, a refusal, and with more another good one.
func checkRefused(t *testing.T, text, want string, more bool) {
	t.Helper()
	r := opened(t, text)
	equal(t, "the one before", one(t, r).Alias, "9")
	_, err := r.Next()
	if _, ok := errors.AsType[Error](err); !ok || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	if more {
		equal(t, "the one behind "+want, one(t, r).Alias, "9")
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("%s: at the end %v", want, err)
	}
}

// endless goes on without a line break, and fails the test if much of it is read.
type endless struct {
	t    *testing.T
	read int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.read += len(p); e.read > 4*longestRecord {
		e.t.Fatal("memory is not bounded")
	}
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

func TestARecordIsBounded(t *testing.T) {
	t.Parallel()
	for _, start := range []string{header + "\n1,\"", goodJSON + "\n{\"id\":\""} {
		_, err := NewReader("jpress", io.MultiReader(strings.NewReader(start), &endless{t: t}), Options{Zone: shanghai})
		if _, refused := errors.AsType[Error](err); refused || !strings.Contains(err.Error(), "1 MiB") {
			t.Errorf("%s: got %v", start[:10], err)
		}
	}
}

// house imports everybody except the given users.
type house struct {
	outcomes map[string]error // by alias
	batches  []int
}

func (h *house) Import(_ context.Context, batch []account.ImportedUser) ([]error, error) {
	h.batches = append(h.batches, len(batch))
	var outcomes []error
	for _, n := range batch {
		outcome := h.outcomes[n.Alias]
		if n.Deleted {
			outcome = account.ErrDeleted
		}
		outcomes = append(outcomes, outcome)
	}
	return outcomes, nil
}

// diary records the reported outcomes.
type diary struct {
	text           string
	added, deleted int
	stop           error
}

func (d *diary) Added()   { d.added++ }
func (d *diary) Present() { d.text += "present\n" }
func (d *diary) Deleted() { d.deleted++ }
func (d *diary) Updated(f Finding, u Update) {
	d.text += fmt.Sprintf("line %d: %v\n", f.Line, u)
}

func (d *diary) Noted(f Finding) { _ = d.write(f) }

func (d *diary) LeftOut(f Finding) { _ = d.write(f) }

func (d *diary) Refused(f Finding) error { return d.write(f) }

func (d *diary) write(f Finding) error {
	told := Error{f.Line, f.Column, f.Reason}.Error()
	if f.Outcome != Refused {
		told = string(f.Outcome) + " " + told
	}
	d.text += told + "\n"
	return d.stop
}

func TestRunTellsInTheOrderOfTheLines(t *testing.T) {
	t.Parallel()
	text := "user_id,user_name,nick_name,password,status,del_flag\n1,one,,,0,0\n2,two,,,9,0\n3,three,,,0,2\n4,four,,,0,0\n5,five,,,0,0\n6,six,,,0,0\n7,seven,,,0,0\n"
	tooLong := apierr.Field("nickname", apierr.TooLong)
	tooLong.Expected = "64"
	into := &house{outcomes: map[string]error{
		"4": account.ErrExists, "5": &apierr.Error{Code: apierr.UsernameTaken, Field: "username"}, "6": tooLong,
		"7": account.Updated{Fields: []string{"mobilestatus", "nickname"}, Kept: []string{"password"}, Taken: []account.TakenField{{Field: "mobile", Owner: 8}}},
	}}
	report := &diary{}
	if err := Run(t.Context(), openedFrom(t, "ruoyi", text), into, report, false); err != nil {
		t.Fatal(err)
	}
	equal(t, "report", report.text, "line 3: status: unknown value (found 1 digit)\npresent\n"+
		"line 6: user_name: taken by another user or an earlier line (found text of 4 letters)\nline 7: nick_name: longer than 64 characters\n"+
		"line 8: {[mobilestatus nick_name] [password] [{mobile 8}] }\n")
	equal(t, "added and deleted", fmt.Sprint(report.added, report.deleted), "1 1")
}

func TestRunStopsAtARefusedLine(t *testing.T) {
	t.Parallel()
	enough := errors.New("enough")
	into, report := &house{}, &diary{stop: enough}
	text := header + "\n1,one,,,ok\n2,two,,,sleeping\n3,three,,,ok\n"
	if err := Run(t.Context(), opened(t, text), into, report, true); !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
	equal(t, "taken in", fmt.Sprint(into.batches, report.added), "[1] 1")
}

func TestRunGoesInBatches(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString(header + "\n")
	for n := range 2*batchSize + 1 {
		fmt.Fprintf(&text, "%d,user%d,,,ok\n", n+1, n)
	}
	into, report := &house{}, &diary{}
	if err := Run(t.Context(), opened(t, text.String()), into, report, false); err != nil {
		t.Fatal(err)
	}
	equal(t, "batches", fmt.Sprint(into.batches, report.added), "[1000 1000 1] 2001")
}

// FuzzReader: no dump crashes the reader or keeps it from ending.
func FuzzReader(f *testing.F) {
	f.Add("abp", `{"Id":"g-1","UserName":"13700001111","PasswordHash":"AQ","IsActive":true,"IsDeleted":0,"PhoneNumberConfirmed":1}`)
	f.Add("jpress", header+"\n"+good+"\n\"")
	f.Add("jeecg", "id,username,password,salt,status,del_flag,birthday\n1,admin,cb362cfeefbf3d8d,RCGTeGiH,1,0,1990-01-01\n")
	f.Fuzz(func(t *testing.T, source, text string) {
		r, err := NewReader(source, strings.NewReader(text), Options{Zone: shanghai})
		if err != nil {
			return
		}
		defer r.Close()
		for lines := 0; !errors.Is(err, io.EOF); lines++ {
			_, err = r.Next()
			if _, refused := errors.AsType[Error](err); err != nil && !refused && !errors.Is(err, io.EOF) {
				return
			}
			if lines > len(text)+1 {
				t.Fatal("there is no end")
			}
		}
	})
}
