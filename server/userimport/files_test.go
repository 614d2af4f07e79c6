package userimport

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

const bcryptHash = "$2a$10$abcdefghijklmnopqrstuuP4bGmhW17v.i1OMosVZxHa01pAc2JCS"

// ruoyiRows are invented users of RuoYi, with the header.
var ruoyiRows = [][]string{
	{"user_id", "user_name", "nick_name", "email", "phonenumber", "sex", "avatar", "password", "status", "del_flag", "create_time"},
	{"101", "tao.ran", "陶然", "", "13700001111", "0", "/profile/upload/头像 (1).png", bcryptHash, "0", "0", "2021-03-04 05:06:07"},
	{"102", "阿凡提·买买提", "阿凡提", "", "", "0", "//cdn.example.com/a.png", bcryptHash, "0", "0", "0001-01-01 00:00:00"},
	{"103", "lu.jiahe", "镕", "lu@example.com", "", "1", "fa fa-user", bcryptHash, "1", "0", "0000-00-00 00:00:00"},
}

const wantRuoyi = `101 tao.ran 陶然 1 /profile/upload/头像 (1).png 2021-03-04 05:06:07 false []
102 阿凡提·买买提 阿凡提 1 //cdn.example.com/a.png none false []
103 lu.jiahe 镕 2 fa fa-user none true []
`

// describe reads all people, one a line, and what is noted and refused.
func describe(t *testing.T, r *Reader) string {
	t.Helper()
	var text strings.Builder
	for {
		p, err := r.Next()
		if err != nil && err.Error() == "EOF" {
			return text.String()
		}
		if err != nil {
			fmt.Fprintln(&text, err)
			continue
		}
		created := "none"
		if !p.CreatedAt.IsZero() {
			created = p.CreatedAt.In(shanghai).Format("2006-01-02 15:04:05")
		}
		var notes []string
		for _, n := range p.Notes {
			notes = append(notes, n.Column+": "+n.Reason.English)
		}
		fmt.Fprintln(&text, p.Alias, p.Username, of(p.Nickname), of(p.Gender), of(p.Avatar), created, p.Disabled, notes)
	}
}

func separated(separator, lineEnd string, rows [][]string) string {
	var text strings.Builder
	for _, row := range rows {
		text.WriteString(strings.Join(row, separator) + lineEnd)
	}
	return text.String()
}

func gb18030(t *testing.T, text string) string {
	t.Helper()
	converted, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return converted
}

func utf16(t *testing.T, text string, order unicode.Endianness, mark unicode.BOMPolicy) string {
	t.Helper()
	converted, err := unicode.UTF16(order, mark).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return converted
}

// objectsOf writes rows as JSON objects without empty values.
func objectsOf(t *testing.T, rows [][]string, between string) string {
	t.Helper()
	var objects []string
	for _, row := range rows[1:] {
		object := map[string]string{}
		for i, value := range row {
			if value != "" {
				object[rows[0][i]] = value
			}
		}
		text, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, string(text))
	}
	return strings.Join(objects, between)
}

// workbook writes rows to the second sheet of a workbook, with numbers as numbers.
func workbook(t *testing.T, rows [][]string, numbers map[string]any) string {
	t.Helper()
	book := excelize.NewFile()
	defer book.Close()
	if _, err := book.NewSheet("sys_user"); err != nil {
		t.Fatal(err)
	}
	for y, row := range rows {
		for x, value := range row {
			cell, err := excelize.CoordinatesToCellName(x+1, y+3)
			if err != nil {
				t.Fatal(err)
			}
			var stored any = value
			if number, known := numbers[value]; known {
				stored = number
			}
			if err := book.SetCellValue("sys_user", cell, stored); err != nil {
				t.Fatal(err)
			}
		}
	}
	var file bytes.Buffer
	if err := book.Write(&file); err != nil {
		t.Fatal(err)
	}
	return file.String()
}

// TestFilesOfTools: whatever a tool writes, the people are the same.
func TestFilesOfTools(t *testing.T) {
	t.Parallel()
	comma := separated(",", "\n", ruoyiRows)
	lines := strings.SplitAfter(comma, "\n")
	mixed := lines[0] + gb18030(t, lines[1]) + lines[2] + gb18030(t, lines[3])
	fields := lines[0] + lines[1] + strings.Replace(lines[2], "阿凡提,", gb18030(t, "阿凡提,"), 1) + lines[3]
	jsonLines := objectsOf(t, ruoyiRows, "\n")
	jsonMixed := strings.SplitAfter(jsonLines, "\n")
	for name, text := range map[string]string{
		"UTF-8":                     comma,
		"UTF-8 with a mark":         "\xef\xbb\xbf" + separated(",", "\r\n", ruoyiRows),
		"GBK with semicolons":       gb18030(t, separated(";", "\r\n", ruoyiRows)),
		"lines of both":             mixed,
		"fields of both":            fields,
		"Excel's Unicode text":      utf16(t, separated("\t", "\r\n", ruoyiRows), unicode.LittleEndian, unicode.UseBOM),
		"UTF-16 without a mark":     utf16(t, comma, unicode.BigEndian, unicode.IgnoreBOM),
		"a line sep=":               "sep=|\r\n" + separated("|", "\r\n", ruoyiRows),
		"empty rows and columns":    ",,,,,,,,,,,,\n" + separated(",", ",,\n", ruoyiRows[:2]) + "\n,,,\n   \n" + separated(",", ",\n", ruoyiRows[2:]) + ",,,,,,,,,,,,,",
		"JSON Lines, sparse":        jsonLines + "\n",
		"JSON Lines, lines of both": jsonMixed[0] + gb18030(t, jsonMixed[1]) + jsonMixed[2],
		"an array in a line":        "[" + objectsOf(t, ruoyiRows, ",") + "]",
		"Navicat's JSON":            "{\n\"RECORDS\": [\n" + objectsOf(t, ruoyiRows, ",\n") + "\n]\n}\n",
		"UTF-16 JSON":               utf16(t, "["+objectsOf(t, ruoyiRows, ",\n")+"]", unicode.LittleEndian, unicode.UseBOM),
		"xlsx of texts":             workbook(t, ruoyiRows, nil),
		"xlsx of numbers and dates": workbook(t, ruoyiRows, map[string]any{"101": 101, "102": 102, "103": 103, "0": 0, "1": 1, "13700001111": 13700001111, "2021-03-04 05:06:07": 44259.2125810185}),
	} {
		got := describe(t, openedFrom(t, "ruoyi", text))
		if got != wantRuoyi {
			t.Errorf("%s: got\n%s", name, got)
		}
	}
}

// TestFactsOfLaterLines: no column of a later line is lost.
func TestFactsOfLaterLines(t *testing.T) {
	t.Parallel()
	text := `{"id":1,"username":"tao.ran"}` + "\n" +
		`{"id":2,"userName":"lu.jiahe","password":null,"salt":"","status":"locked","nickname":"镕"}` + "\n" +
		`{"id":3,"username":"a","USER_NAME":"b"}` + "\n"
	equal(t, "people", describe(t, opened(t, text)), "1 tao.ran  0  none false []\n2 lu.jiahe 镕 0  none true []\n"+
		"line 3: USER_NAME: there are two columns of this name\n")
	abp := `{"Id":"g-1","UserName":"tao.ran","PasswordHash":null,"IsActive":true,"IsDeleted":false,"Email":null}` + "\n" +
		`{"Id":"g-2","UserName":"lu.jiahe","PasswordHash":null,"IsActive":true,"IsDeleted":false,"EmailAddress":"lu@example.com"}` + "\n"
	r := openedFrom(t, "abp", abp)
	equal(t, "no e-mail", one(t, r).Email, nil)
	equal(t, "an e-mail in another column", of(one(t, r).Email), "lu@example.com")
}

// TestOrnamentsRefuseNobody: what no user may have is dropped, and told.
func TestOrnamentsRefuseNobody(t *testing.T) {
	t.Parallel()
	const columns = "id,username,password,salt,status,"
	for given, want := range map[string]string{
		"avatar|javascript:alert(1)":                "avatar: neither an http or https address nor one without a scheme (found text of 19 characters: letters, digits, signs)",
		"avatar|" + strings.Repeat("a", 513):        "avatar: longer than 512 characters (found text of 513 letters)",
		"avatar|../upload/a.png":                    "",
		"site|www.example.com:8080":                 "",
		"site|data:text/html,x":                     "site: neither an http or https address nor one without a scheme (found text of 16 characters: letters, signs)",
		"gender|9":                                  "gender: unknown value (found 1 digit)",
		"birthday|soon":                             "birthday: not a date such as 2026-03-02 08:00:00 (found text of 4 letters)",
		"birthday|0001-01-01T00:00:00":              "",
		"created|12.34":                             "created: not a date such as 2026-03-02 08:00:00 (found digits.digits)",
		"nickname|a\x00b":                           "nickname: contains the character NUL (found text of 3 characters: letters, control characters)",
		"nickname|" + strings.Repeat("娜", 65):       "nickname: longer than 64 characters (found text of 65 characters: Chinese characters)",
		"nickname|客服\u202e":                         "nickname: invisible characters, or controls of the direction of text (found text of 3 characters: Chinese characters, other characters)",
		"nickname|晚秋👩🏽\u200d💻":                      "",
		"email|аdmin@example.com":                   "email: letters of scripts that are not written together, such as Latin and Cyrillic (found text of 17 characters: letters, signs, other characters)",
		"mobile|010-12345678":                       "mobile: not a mobile of mainland China, eleven digits (found text of 12 characters: digits, signs)",
		"email|nowhere":                             "email: not an e-mail address (found text of 7 letters)",
		"remark|" + strings.Repeat("a", 513):        "remark: longer than 512 characters (found text of 513 letters)",
		"identity|" + strings.Repeat("1", 65):       "identity: longer than 64 characters (found 65 digits)",
		"signature|" + strings.Repeat("a ", 300):    "signature: longer than 512 characters (found text of 599 characters: letters, spaces)",
		"realname|" + strings.Repeat("Ran Tao", 10): "realname: longer than 64 characters (found text of 70 characters: letters, spaces)",
	} {
		column, value, _ := strings.Cut(given, "|")
		p := one(t, opened(t, columns+column+"\n1,tao.ran,,,ok,\""+value+"\"\n"))
		got := ""
		for _, n := range p.Notes {
			got += n.Column + ": " + n.Reason.English
			if strings.Contains(n.Reason.English+n.Reason.Chinese, value) || n.Reason.Chinese == "" || n.Changed {
				t.Errorf("%s: %+v", column, n)
			}
		}
		equal(t, given, got, want)
	}
}

// TestIDsByOrigin: JPress, RuoYi and yudao have whole numbers, Jeecg and ABP texts.
func TestIDsByOrigin(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"701.0", "abc", "-5", "0", "007", "１２", "+1", "7 1", "123456789012345678901"} {
		r := opened(t, header+"\n"+id+",tao.ran,,,ok\n")
		if _, err := r.Next(); err == nil || !strings.Contains(err.Error(), "id: not a whole number above 0") {
			t.Errorf("%q: got %v", id, err)
		}
		p := one(t, openedFrom(t, "jeecg", "id,username,password,salt,status,del_flag\n"+id+",tao.ran,,,1,0\n"))
		equal(t, "an id of Jeecg", p.Alias, id)
	}
	text := [][]string{{"id", "username", "password", "salt", "status"}, {"9007199254740993", "tao.ran", "", "", "ok"}}
	equal(t, "a long id as text in a sheet", one(t, opened(t, workbook(t, text, nil))).Alias, "9007199254740993")
	rounded := workbook(t, text, map[string]any{"9007199254740993": 9007199254740993.0})
	if _, err := opened(t, rounded).Next(); err == nil || !strings.Contains(err.Error(), "rounded by a spreadsheet") {
		t.Errorf("a long id as a number in a sheet: got %v", err)
	}
}

// TestIDsThatComeTwice: the second with other values is refused, and names the first.
func TestIDsThatComeTwice(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString(header + "\n7,first.one,,,ok\n8,tao.ran,,,ok\n8,tao.ran,,,ok\n")
	for n := range batchSize {
		fmt.Fprintf(&text, "%d,user%d,,,ok\n", 100+n, n)
	}
	text.WriteString("7,other.one,,,ok\n")
	into, report := &house{}, &diary{}
	if err := Run(t.Context(), opened(t, text.String()), into, report, false); err != nil {
		t.Fatal(err)
	}
	equal(t, "report", report.text, "line 1005: id: line 2 has the same id and other values\n")
	equal(t, "those tried", report.added, batchSize+3)
}

func TestYudao(t *testing.T) {
	t.Parallel()
	users := "id,username,password,nickname,dept_id,email,mobile,sex,avatar,status,deleted,create_time\n" +
		"1,tao.ran," + bcryptHash + ",陶然,100,,13700001111,1,,0,\x00,2021-01-05 17:03:47\n" +
		"2,lu.jiahe," + bcryptHash + ",镕,100,,,2,,1,b'0',2021-01-05 17:03:47\n3,he.gone,,,,,,0,,0,1,\n"
	r := openedFrom(t, "yudao", users)
	p := one(t, r)
	equal(t, "a user", fmt.Sprintln(p.Alias, p.Username, of(p.Gender), p.Department, p.Disabled), "1 tao.ran 1 100 false\n")
	equal(t, "disabled", one(t, r).Disabled, true)
	equal(t, "deleted", one(t, r).Deleted, true)
	members := "id,mobile,password,status,nickname,name,sex,birthday,mark,deleted,create_time\n" +
		"1,13700002222," + bcryptHash + ",0,小陶,陶然,1,1990-05-06 00:00:00,老客户,0,2021-01-05 17:03:47\n"
	p = one(t, openedFrom(t, "yudao-member", members))
	equal(t, "a member", fmt.Sprint(p.Username, of(p.Mobile), of(p.RealName), of(p.Remark)), "yudao-member-1"+"13700002222陶然老客户")
	p = one(t, openedFrom(t, "yudao-member", members, func(o *Options) { o.TrustMobiles = true }))
	equal(t, "a member whose mobile signs in", p.Username+fmt.Sprint(p.Notes), "[]")
}

// TestFilesInPlace: a regular file is read where it is, and no copy of any other stays.
func TestFilesInPlace(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Setenv("TMP", dir)
	path := filepath.Join(t.TempDir(), "user.csv")
	if err := os.WriteFile(path, []byte(header+"\n"+good+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	sheet := workbook(t, [][]string{strings.Split(header, ","), strings.Split(good, ",")}, nil)
	for name, given := range map[string]struct {
		file   io.Reader
		copies int
	}{
		"a file":      {file, 0},
		"input":       {strings.NewReader(header + "\n" + good + "\n"), 0}, // removed while it is open
		"a worksheet": {strings.NewReader(sheet), 1},
	} {
		r, err := NewReader("jpress", given.file, Options{Zone: shanghai})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "the person", one(t, r).Username, "tao.ran")
		left, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" {
			equal(t, "copies of "+name, len(left), given.copies)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		left, err = os.ReadDir(dir)
		equal(t, "copies that stay", fmt.Sprint(len(left), err), "0 <nil>")
	}
}

// TestNamesThatLookAlikeAreReplaced: the report says why a name is not the one of the file.
func TestNamesThatLookAlikeAreReplaced(t *testing.T) {
	t.Parallel()
	for name, why := range map[string]string{
		"аdmin": "letters of scripts", "ad\u200bmin": "invisible characters", "\u202enimda": "invisible characters", "林晚秋": "", "阿凡提·买买提": "", "иван": "",
	} {
		p := one(t, opened(t, header+"\n7,"+name+",,,ok\n"))
		if why == "" {
			equal(t, "name", p.Username, name)
			continue
		}
		if len(p.Notes) != 1 || !p.Notes[0].Changed || !strings.Contains(p.Notes[0].Reason.English, why) || !strings.HasSuffix(p.Username, "-7") {
			t.Errorf("%+q: %q, %+v", name, p.Username, p.Notes)
		}
	}
}
