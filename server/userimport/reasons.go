package userimport

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dustin/go-humanize/english"
)

// Reason says why a value was refused, dropped or changed, in both languages. It never
// contains the value.
type Reason struct {
	English, Chinese string
}

// String returns the English text.
func (r Reason) String() string { return r.English }

// of returns the reason with the shape of the value that it is about.
func (r Reason) of(value string) Reason {
	if value == "" {
		return r
	}
	found := shape(value)
	return Reason{r.English + " (found " + found.English + ")", r.Chinese + "（实际：" + found.Chinese + "）"}
}

var (
	number    = regexp.MustCompile(`^[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?$`)
	digitRuns = regexp.MustCompile(`[0-9]+`)
	hexDigits = regexp.MustCompile(`^(?:[0-9a-f]+|[0-9A-F]+)$`)
)

// shape describes a text without showing it: its length and the kinds of its characters.
func shape(value string) Reason {
	length := utf8.RuneCountInString(value)
	kinds := kindsOf(value)
	switch {
	case kinds == digit:
		return Reason{english.Plural(length, "digit", ""), fmt.Sprintf("%d 位数字", length)}
	case number.MatchString(value):
		return Reason{digitRuns.ReplaceAllString(value, "digits"), digitRuns.ReplaceAllString(value, "数字")}
	case kinds == letter:
		return Reason{"text of " + english.Plural(length, "letter", ""), fmt.Sprintf("%d 个字母的文本", length)}
	case length >= 16 && hexDigits.MatchString(value):
		return Reason{fmt.Sprintf("%d hex digits", length), fmt.Sprintf("%d 位十六进制数字", length)}
	}
	var words, chinese []string
	for _, k := range kindNames {
		if kinds&k.kind != 0 {
			words, chinese = append(words, k.English), append(chinese, k.Chinese)
		}
	}
	return Reason{
		"text of " + english.Plural(length, "character", "") + ": " + strings.Join(words, ", "),
		fmt.Sprintf("%d 个字符的文本：%s", length, strings.Join(chinese, "、")),
	}
}

// kind is a set of kinds of characters.
type kind int

const (
	letter kind = 1 << iota
	digit
	han
	space
	sign
	control
	other
)

var kindNames = []struct {
	kind
	Reason
}{
	{letter, Reason{"letters", "字母"}},
	{digit, Reason{"digits", "数字"}},
	{han, Reason{"Chinese characters", "汉字"}},
	{space, Reason{"spaces", "空格"}},
	{sign, Reason{"signs", "符号"}},
	{control, Reason{"control characters", "控制字符"}},
	{other, Reason{"other characters", "其他字符"}},
}

func kindsOf(value string) (kinds kind) {
	for _, c := range value {
		switch {
		case c >= '0' && c <= '9':
			kinds |= digit
		case c < utf8.RuneSelf && unicode.IsLetter(c):
			kinds |= letter
		case unicode.Is(unicode.Han, c):
			kinds |= han
		case unicode.IsSpace(c):
			kinds |= space
		case unicode.IsControl(c):
			kinds |= control
		case c != utf8.RuneError && (unicode.IsPunct(c) || unicode.IsSymbol(c)):
			kinds |= sign
		default:
			kinds |= other
		}
	}
	return kinds
}

// Error is an error of one line. It never contains a value of the line.
type Error struct {
	Line   int64
	Column string // the dump's name of it; "" for the whole line
	Reason Reason
}

// Error returns the line number, the column and the reason.
func (e Error) Error() string {
	if e.Column == "" {
		return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
	}
	return fmt.Sprintf("line %d: %s: %s", e.Line, e.Column, e.Reason)
}

var (
	twoColumns  = Reason{"there are two columns of this name", "有两列同名"}
	missing     = Reason{"it is missing", "没有值"}
	unknownWord = Reason{"unknown value", "未知的值"}
	unreadable  = Reason{
		"neither UTF-8 nor GB18030; export the table again as UTF-8",
		"既不是 UTF-8 也不是 GB18030；请以 UTF-8 重新导出",
	}
	cutOff = Reason{
		"the file ends within this line: it may have been cut off; if it is whole, end it with a line break",
		"文件在这一行中间结束，可能不完整；如果是完整的，请在末尾加一个换行",
	}
	notClosed = Reason{"a quote is not closed: the file may have been cut off", "引号没有结束：文件可能不完整"}
	badQuote  = Reason{
		`a quote stands where none may; RFC 4180 quotes a field as a whole and writes a quote in it twice, ""`,
		`引号的位置不对；RFC 4180 规定给整个字段加引号，字段中的引号写两次（""）`,
	}
	notInteger = Reason{
		"not a whole number above 0 in plain digits; export the table again with the column as text",
		"不是只用数字书写的正整数；请把该列作为文本重新导出",
	}
	roundedID = Reason{
		"rounded by a spreadsheet; export the table again with the column as text",
		"已被电子表格舍入；请把该列作为文本重新导出",
	}
	taken     = Reason{"taken by another user or an earlier line", "已被其他用户或前面的行占用"}
	notADate  = Reason{"not a date such as 2026-03-02 08:00:00", "不是 2026-03-02 08:00:00 这样的日期"}
	badName   = Reason{"not a user name: letters, digits and signs without spaces", "不能作用户名：只能是不带空格的文字、数字和符号"}
	mixedName = Reason{"letters of scripts that are not written together, such as Latin and Cyrillic", "混用了不会一起书写的文字，如拉丁字母和西里尔字母"}
	unseen    = Reason{"invisible characters, or controls of the direction of text", "含有不可见字符或改变文字方向的控制字符"}
	badEmail  = Reason{"not an e-mail address", "不是邮箱地址"}
	badMobile = Reason{"not a mobile of mainland China, eleven digits", "不是中国大陆的 11 位手机号"}
	badLink   = Reason{"neither an http or https address nor one without a scheme", "既不是 http 或 https 网址，也不是不带协议的地址"}
)

// ownSign tells that a user name is dropped, because the same text signs in as what it is.
func ownSign(english, chinese string) Reason {
	return Reason{"no user name: the " + english + " signs in", "不作用户名：用同一" + chinese + "登录"}
}

// renamed tells why a person has a user name made of the origin and the id.
func renamed(why Reason) Reason {
	return Reason{
		"replaced by the name of the system and the id: " + why.English,
		"改为由来源系统和 ID 组成的用户名：" + why.Chinese,
	}
}
