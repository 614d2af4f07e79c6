package dialect

import (
	"regexp"
	"strings"

	"golang.org/x/text/language"

	"quartet/server/apierr"
)

// words says what is wrong with a field, in Chinese and in English.
var words = map[apierr.Reason][2]string{
	apierr.Required:   {"不能为空", "is required"},
	apierr.WrongType:  {"类型错误，应为 {expected}", "must be of type {expected}"},
	apierr.BadFormat:  {"格式不正确", "has the wrong format"},
	apierr.TooShort:   {"长度不能少于 {expected}", "must have at least {expected} characters"},
	apierr.TooLong:    {"长度不能超过 {expected}", "must have at most {expected} characters"},
	apierr.OutOfRange: {"超出范围 {expected}", "is out of range {expected}"},
	apierr.NotInEnum:  {"只能是 {expected}", "must be one of {expected}"},
	apierr.TooDeep:    {"嵌套超过 {expected} 层", "is nested deeper than {expected}"},
	apierr.TooMany:    {"键超过 {expected} 个", "has more than {expected} keys"},
	apierr.NotUTF8:    {"不是合法的 UTF-8", "is not valid UTF-8"},
	apierr.HasNUL:     {"含有 NUL 字符", "holds a NUL character"},
	apierr.TooCommon:  {"太常见，请换一个", "is too common"},
}

var languages = language.NewMatcher([]language.Tag{language.SimplifiedChinese, language.English})

// message fills the entry's words for one failure, in the language asked for.
func message(entry Entry, failed *apierr.Error, acceptLanguage string) string {
	text, column := entry.Chinese, 0
	if prefersEnglish(acceptLanguage) {
		text, column = entry.English, 1
	}
	known := map[string]string{
		"{expected}": failed.Expected,
		"{field}":    failed.Field,
		"{detail}":   words[failed.Reason][column],
	}
	text = optional.ReplaceAllStringFunc(text, func(group string) string {
		if known[placeholder.FindString(group)] == "" {
			return ""
		}
		return group[1 : len(group)-1]
	})
	// The detail has placeholders of its own, hence twice.
	for range 2 {
		text = placeholder.ReplaceAllStringFunc(text, func(name string) string { return known[name] })
	}
	return strings.TrimSpace(text)
}

var (
	optional    = regexp.MustCompile(`\[[^\]]*\]`)
	placeholder = regexp.MustCompile(`\{(field|detail|expected)\}`)
)

func prefersEnglish(acceptLanguage string) bool {
	if acceptLanguage == "" {
		return false
	}
	_, index := language.MatchStrings(languages, acceptLanguage)
	return index == 1
}
