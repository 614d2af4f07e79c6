package style

import (
	"strings"

	"golang.org/x/text/language"

	"quartet/server/failure"
)

// words says what is wrong with a field, in Chinese and in English.
var words = map[failure.Reason][2]string{
	failure.Required:   {"不能为空", "is required"},
	failure.WrongType:  {"类型错误,应为 {expected}", "must be of type {expected}"},
	failure.WrongForm:  {"格式不正确", "has the wrong format"},
	failure.TooShort:   {"长度不能少于 {expected}", "must have at least {expected} characters"},
	failure.TooLong:    {"长度不能超过 {expected}", "must have at most {expected} characters"},
	failure.OutOfRange: {"超出范围 {expected}", "is out of range {expected}"},
	failure.NotListed:  {"只能是 {expected}", "must be one of {expected}"},
	failure.TooDeep:    {"嵌套超过 {expected} 层", "is nested deeper than {expected}"},
	failure.TooMany:    {"键超过 {expected} 个", "has more than {expected} keys"},
	failure.NotUTF8:    {"不是合法的 UTF-8", "is not valid UTF-8"},
	failure.HasNUL:     {"含有 NUL 字符", "holds a NUL character"},
	failure.TooCommon:  {"太常见,请换一个", "is too common"},
}

var languages = language.NewMatcher([]language.Tag{language.SimplifiedChinese, language.English})

// message fills the entry's words for one failure, in the language asked for.
func message(entry Entry, failed *failure.Error, acceptLanguage string) string {
	text, column := entry.Chinese, 0
	if prefersEnglish(acceptLanguage) {
		text, column = entry.English, 1
	}
	text = strings.NewReplacer(
		"{detail}", words[failed.Reason][column],
		"{field}", failed.Field,
	).Replace(text)
	text = strings.ReplaceAll(text, "{expected}", failed.Expected)
	return tidy(text)
}

// tidy removes what an unknown field or limit leaves behind.
func tidy(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return strings.TrimRight(text, " ::,,")
}

func prefersEnglish(acceptLanguage string) bool {
	if acceptLanguage == "" {
		return false
	}
	_, index := language.MatchStrings(languages, acceptLanguage)
	return index == 1
}
