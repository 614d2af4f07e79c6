package dialect

import (
	"regexp"
	"strings"

	"golang.org/x/text/language"

	"quartet/server/apierr"
)

// reasons describe what is wrong with a field, in Chinese and in English.
var reasons = map[apierr.Reason][2]string{
	apierr.Required:   {"不能为空", "is required"},
	apierr.WrongType:  {"类型错误，应为 {expected}", "must be of type {expected}"},
	apierr.BadFormat:  {"格式不正确", "has the wrong format"},
	apierr.TooShort:   {"长度不能少于 {expected}", "must have at least {expected} characters"},
	apierr.TooLong:    {"长度不能超过 {expected}", "must have at most {expected} characters"},
	apierr.OutOfRange: {"超出范围 {expected}", "is out of range {expected}"},
	apierr.NotInEnum:  {"只能是 {expected}", "must be one of {expected}"},
	apierr.TooDeep:    {"嵌套超过 {expected} 层", "is nested deeper than {expected}"},
	apierr.TooMany:    {"键超过 {expected} 个", "has more than {expected} keys"},
	apierr.Full:       {"不能再添加，已有 {expected} 个", "cannot be added: there are {expected} already"},
	apierr.NotUTF8:    {"不是合法的 UTF-8，或与声明的字符集不符", "is not valid UTF-8, or not of the declared charset"},
	apierr.HasNUL:     {"含有 NUL 字符", "contains a NUL character"},
	apierr.TooCommon:  {"太常见，请换一个", "is too common"},
	apierr.Personal:   {"不能由本人的名字、手机号、邮箱或服务名称构成", "is made of your own name, mobile or e-mail, or of the service's name"},

	apierr.BadCharacters: {"含有不可见字符或控制字符", "has invisible or control characters"},

	apierr.NeedsSecret:  {"中的 {expected} 需要应用先有密钥", "includes {expected}, for which the application needs a secret first"},
	apierr.MixedScripts: {"混用了不会一起书写的文字，如拉丁字母和西里尔字母", "mixes scripts that are not written together, such as Latin and Cyrillic"},
	apierr.Invisible:    {"含有不可见字符或改变文字方向的控制字符", "contains invisible characters or controls of the direction of text"},

	apierr.Undocumented: {"不在接口文档中", "is not in the API document"},

	apierr.FileMoved: {"数据库文件已不在原处（被移走、删除或替换），详见日志", "The file of the database was moved, removed or replaced; the log has more"},
	apierr.DiskFull:  {"数据库所在磁盘将满", "The disk of the database is almost full"},
}

// Language is a language of messages.
type Language string

// The languages.
const (
	Chinese Language = "zh"
	English Language = "en"
)

var (
	languages = []Language{Chinese, English}
	matcher   = language.NewMatcher([]language.Tag{language.SimplifiedChinese, language.English})
)

// Preferred returns the language that an Accept-Language header prefers (RFC 9110
// section 12.5.4), or the other one where it accepts neither or is invalid.
func Preferred(acceptLanguage string, other Language) Language {
	if acceptLanguage == "" {
		return other
	}
	accepted, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if _, index, confidence := matcher.Match(accepted...); err == nil && confidence > language.No {
		return languages[index]
	}
	return other
}

// column is that of a language in reasons.
func column(in Language) int {
	if in == English {
		return 1
	}
	return 0
}

// Message returns the message of a failure.
func Message(failed *apierr.Error, in Language) string {
	text := [2]string{Catalogue[failed.Code].Chinese, Catalogue[failed.Code].English}[column(in)]
	values := map[string]string{"{field}": failed.Field, "{expected}": failed.Expected}
	values["{detail}"] = fill(reasons[failed.Reason][column(in)], values)
	return strings.TrimSpace(fill(text, values))
}

var (
	part        = regexp.MustCompile(`\[[^\]]*\]|\{[a-z]+\}`)
	placeholder = regexp.MustCompile(`\{[a-z]+\}`)
)

// fill replaces the placeholders in one pass, so that a value that looks like a
// placeholder is not replaced again. A part in brackets is removed if its placeholder
// has no value.
func fill(template string, values map[string]string) string {
	return part.ReplaceAllStringFunc(template, func(found string) string {
		switch {
		case found[0] == '{':
			return values[found]
		case values[placeholder.FindString(found)] == "":
			return ""
		default:
			return fill(found[1:len(found)-1], values)
		}
	})
}
