package clients

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// chineseRules are for names and cases that differ in a word that stays as it is.
var chineseRules = []struct {
	pattern     *regexp.Regexp
	replacement string
}{
	{regexp.MustCompile(`^(.+) on a page of another origin$`), "$1（跨域页面）"},
	{regexp.MustCompile(`^(.+) on a page of localhost$`), "$1（localhost 的页面）"},
	{regexp.MustCompile(`^(.+) \(older\)`), "$1（旧版）"},
	{regexp.MustCompile(`^(.+) \(mini-program\)`), "$1（小程序）"},
	{regexp.MustCompile(`^JPress mini-program SDK$`), "JPress 小程序 SDK"},
	{regexp.MustCompile(`^(.+) resource server$`), "$1 资源服务器"},
	{regexp.MustCompile(`^(.+) beans$`), "$1 的 Bean"},
	{regexp.MustCompile(`^times of document (\d+)$`), "文档 $1 的时间"},
	{regexp.MustCompile(`^document (\d+)'s (\w+) example$`), "文档 $1 的 $2 示例"},
	{regexp.MustCompile(`^document (\d+)'s (\w+) example, no such user$`), "文档 $1 的 $2 示例，没有该用户"},
	{regexp.MustCompile(`^yudao mall (uni-app)`), "芋道商城 $1"},
	{regexp.MustCompile(`^yudao admin (uni-app)`), "芋道管理端 $1"},
	{regexp.MustCompile(`^(jwks-rsa|auth0 java-jwt [\d.]+) and (.+)$`), "$1 与 $2"},

	{regexp.MustCompile(`^header (\S+)$`), "请求头 $1"},
	{regexp.MustCompile(`^reads the header (\S+)$`), "读取响应头 $1"},
	{regexp.MustCompile(`^avatar (\S+)$`), "头像 $1"},
	{regexp.MustCompile(`^site (\S+)$`), "网址 $1"},
	{regexp.MustCompile(`^birthday (\d.+) read again$`), "生日 $1，再次读取"},
	{regexp.MustCompile(`^under (\S+), joined without folding$`), "在 $1 下，直接拼接"},
	{regexp.MustCompile(`^under (/\S+)$`), "在 $1 下"},
	{regexp.MustCompile(`^ASCII under (charset=\S+)$`), "标注 $1 的 ASCII"},
	{regexp.MustCompile(`^Authorization: (.+) beside the Jwt$`), "Jwt 之外还有 Authorization: $1"},
	{regexp.MustCompile(`^Authorization: (.+) beside the token$`), "令牌之外还有 Authorization: $1"},
	// Types of dates, patterns, and options of libraries.
	{regexp.MustCompile(`^((?:Jackson |Gson |fastjson2? )?(?:Date|Instant|LocalDateTime|OffsetDateTime|SimpleDateFormat|DateTimeFormatter)(?: yyyy\S+)?)$`), "$1"},
	{regexp.MustCompile(`^(gzip|multipart|charset=utf8|credentials: include|setContentEncoding\(.*\))$`), "$1"},
}

// chineseCases are the other cases.
var chineseCases = map[string]string{
	"GB18030 form":                              "GB18030 表单",
	"GBK form":                                  "GBK 表单",
	"JSON as HttpKit posts it":                  "HttpKit 那样发送的 JSON",
	"JSON as text/plain":                        "以 text/plain 发送 JSON",
	"JSON under a form type":                    "以表单类型发送 JSON",
	"JSON under curl's form type":               "以 curl 默认的表单类型发送 JSON",
	"JSON without a content type":               "不带内容类型的 JSON",
	"JWT in the header Jwt":                     "JWT 放在请求头 Jwt",
	"JWT of a sign-in":                          "登录得到的 JWT",
	"JWT that somebody has changed":             "被改动过的 JWT",
	"WeChat is busy":                            "微信繁忙",
	"all headers at once":                       "同时带上全部请求头",
	"another user":                              "其他用户",
	"answer names its charset":                  "响应写明字符集",
	"audience of the application":               "受众为该应用",
	"beans":                                     "Bean",
	"birthday as ISO 8601":                      "生日为 ISO 8601",
	"birthday with slashes":                     "生日用斜杠",
	"birthday without seconds":                  "生日不带秒",
	"byte order mark":                           "带 BOM",
	"charset=UTF8 in quotes":                    "带引号的 charset=UTF8",
	"common password":                           "常见密码",
	"context path /jeecg-boot/ and two slashes": "基础路径 /jeecg-boot/ 加两个斜杠",
	"context path /prod-api":                    "基础路径 /prod-api",
	"context path ending in a slash, and the answer as a map":  "基础路径以斜杠结尾，响应读作 Map",
	"expired access token of the pair":                         "令牌对中的访问令牌已过期",
	"expired token":                                            "令牌过期",
	"expired token: refreshed, and the call repeated":          "令牌过期：刷新后重新调用",
	"fastjson bean with a Date, zipcode and gender as numbers": "fastjson 的 Bean，含 Date，邮编与性别为数字",
	"form":              "表单",
	"frontType as text": "frontType 为文本",
	"header Jwt":        "请求头 Jwt",
	"id as text, zipcode and gender as numbers, birthday in milliseconds": "ID 为文本，邮编与性别为数字，生日为毫秒",
	"invalid code":                "code 无效",
	"invalid value":               "值无效",
	"keys that no document names": "文档没有的键",
	"multipart form":              "multipart 表单",
	"name taken":                  "用户名已被占用",
	"no such session":             "没有该会话",
	"no such user":                "没有该用户",
	"not signed in":               "未登录",
	"null credential in the body, good one in the header": "请求体中的凭据为 null，请求头中的有效",
	"null token in the body, Basic beside the good one":   "请求体中的令牌为 null，有效令牌之外还有 Basic",
	"numbers and dates as fastjson takes them":            "fastjson 接受的数字与日期写法",
	"numbers as text": "数字为文本",
	"numbers as text, keys that no document names":                        "数字为文本、文档没有的键",
	"numbers as text, text as numbers, null":                              "数字为文本、文本为数字、null",
	"numbers as text, text as numbers, null, keys that no document names": "数字为文本、文本为数字、null、文档没有的键",
	"parameters that no document names":                                   "文档没有的参数",
	"password with ; unescaped":                                           "密码含未转义的 ;",
	"password with a semicolon":                                           "密码含分号",
	"picture by its path, site without scheme":                            "头像为路径，网址不带协议",
	"refused on a page of another origin":                                 "在未允许来源的页面上被拒绝",
	"replaced by another device":                                          "被其他设备取代",
	"session ended":                                                       "会话已结束",
	"slash at the end of the path":                                        "路径末尾有斜杠",
	"success":                                                             "成功",
	"text of the answer":                                                  "响应的文本",
	"the change read again":                                               "再次读取修改结果",
	"times end in Z":                                                      "时间以 Z 结尾",
	"token of another session beside it":                                  "之外还有另一会话的令牌",
	"too frequent":                                                        "过于频繁",
	"too often":                                                           "发送太频繁",
	"two slashes in the path":                                             "路径中有两个斜杠",
	"unescaped semicolon in the password":                                 "密码中有未转义的分号",
	"unknown application":                                                 "未知的应用",
	"unknown pair":                                                        "未知的令牌对",
	"unknown token":                                                       "未知的令牌",
	"unnamed keys in the body":                                            "请求体中有文档没有的键",
	"unnamed parameters in the query":                                     "查询参数中有文档没有的参数",
	"user in a form":                                                      "user 放在表单里",
	"verify the JWT of a sign-in":                                         "验证登录得到的 JWT",
	"with the next token":                                                 "用下一个令牌",
	"written like document 001's example":                                 "写法同文档 001 的示例",
	"wrong code":                                                          "验证码错误",
	"wrong old password":                                                  "旧密码错误",
	"wrong password":                                                      "密码错误",
	"zipcode as a number, JSON as bytes":                                  "邮编为数字，JSON 以字节发送",
}

// nameInChinese gives a client's name as the Chinese pages have it.
func nameInChinese(english string) string {
	chinese := english
	for _, rule := range chineseRules {
		chinese = rule.pattern.ReplaceAllString(chinese, rule.replacement)
	}
	return chinese
}

// caseInChinese gives a case in Chinese. One that is unknown stays as it is, and is found by
// TestPagesSayTheSame.
func caseInChinese(english string) string {
	if chinese, known := chineseCases[english]; known {
		return chinese
	}
	return nameInChinese(english)
}

var (
	pageBlock   = regexp.MustCompile(`(?s)<!-- (\w+) -->\n.*?<!-- /\w+ -->`)
	legacyTitle = regexp.MustCompile("^needs `--legacy-status (.*)`$")
	honestTitle = regexp.MustCompile("^needs the honest status of `(.*)`$")
	withoutRule = regexp.MustCompile("^no (`.*`)$")
)

// TestPagesSayTheSame puts the tables of the English pages into Chinese, without running a
// client, and compares them with those of the Chinese pages; -update writes them. It
// fails for a case that has no words in Chinese.
func TestPagesSayTheSame(t *testing.T) {
	english, chinese := languages[0], languages[1]
	for from, to := range map[string]string{english.page: chinese.page, english.readme: chinese.readme} {
		source, err := os.ReadFile(from)
		must(t, err)
		blocks := pageBlock.FindAllStringSubmatch(string(source), -1)
		if len(blocks) == 0 {
			t.Errorf("%s has no tables", from)
		}
		for _, block := range blocks {
			var lines []string
			for _, line := range strings.Split(block[0], "\n") {
				lines = append(lines, lineInChinese(t, line, block[1] == "clients"))
			}
			want := strings.Join(lines[2:len(lines)-1], "\n")
			checkBlock(t, to, block[1], want)
		}
	}
}

func lineInChinese(t *testing.T, line string, summary bool) string {
	t.Helper()
	if names, heading := strings.CutPrefix(line, "### "); heading {
		return "### " + each(names, " · ", " · ", nameInChinese)
	}
	if !strings.HasPrefix(line, "| ") {
		return line
	}
	cells := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "| "), " |"), " | ")
	for i, cell := range cells {
		switch {
		case summary && i == 0:
			cells[i] = each(cell, ", ", languages[1].between, nameInChinese)
		case summary:
			cells[i] = each(cell, " · ", " · ", titleInChinese)
		case strings.HasPrefix(line, "| "+languages[0].operation):
			cells[i] = titleInChinese(cell)
		case i > 0:
			cells[i] = casesInChinese(t, cell)
		}
	}
	if summary && strings.HasPrefix(line, "| "+languages[0].client) {
		cells = []string{languages[1].client, languages[1].options}
	}
	return "| " + strings.Join(cells, " | ") + " |"
}

func each(list, separator, joined string, say func(string) string) string {
	all := strings.Split(list, separator)
	for i := range all {
		all[i] = say(all[i])
	}
	return strings.Join(all, joined)
}

// titleInChinese gives the head of a column, or an option, in Chinese.
func titleInChinese(english string) string {
	from, to := languages[0], languages[1]
	for _, pair := range [][2]string{{from.operation, to.operation}, {from.works, to.works}, {from.noWhere, to.noWhere}, {from.none, to.none}} {
		if english == pair[0] {
			return pair[1]
		}
	}
	english = legacyTitle.ReplaceAllString(english, "需要 `--legacy-status $1`")
	english = honestTitle.ReplaceAllString(english, "需要 `$1` 的真实状态码")
	return withoutRule.ReplaceAllString(english, "不能用 $1")
}

// casesInChinese puts the cases of a cell into Chinese. A case may hold the separator itself.
func casesInChinese(t *testing.T, cell string) string {
	t.Helper()
	if cell == "" {
		return ""
	}
	var said []string
	rest := strings.Split(cell, languages[0].separator)
	for len(rest) > 0 {
		count := 1
		for caseInChinese(strings.Join(rest[:count], languages[0].separator)) == strings.Join(rest[:count], languages[0].separator) && !stays(rest[0]) {
			if count++; count > len(rest) {
				t.Errorf("the case %q has no words in Chinese", rest[0])
				count = 1
				break
			}
		}
		said = append(said, caseInChinese(strings.Join(rest[:count], languages[0].separator)))
		rest = rest[count:]
	}
	return strings.Join(said, languages[1].separator)
}

// stays says that a case is the same in both languages, by a rule.
func stays(english string) bool {
	for _, rule := range chineseRules {
		if rule.replacement == "$1" && rule.pattern.MatchString(english) {
			return true
		}
	}
	return false
}
