package main

import "fmt"

func (r *results) markdownInChinese() string {
	return fmt.Sprintf("# 测量数据\n\n[English](results.md)\n\n测量于 %s：%s，%s，%d 个处理器，与负载程序共用；%d 轮，每次 %s。\n",
		r.Measured.Format("2006-01-02"), r.Program, r.System, r.Processors, r.Rounds, r.Duration) + r.markdownTables(inChinese)
}

// inChinese gives an unknown text as it is.
func inChinese(english string) string {
	if chinese, known := chineseWords[english]; known {
		return chinese
	}
	return english
}

// chineseWords are the headings and names of the tables of results.zh-CN.md by those of
// results.md. A test finds each that lacks one.
var chineseWords = map[string]string{
	"what":           "情形",
	"users":          "用户数",
	"at once":        "同时请求数",
	"ratio":          "比值",
	"lowest–highest": "最低–最高",
	"server /s":      "服务器 次/秒",
	"bare /s":        "最小程序 次/秒",
	"server p50":     "服务器 p50",
	"bare p50":       "最小程序 p50",
	"p99":            "p99",
	"server CPU":     "服务器 CPU",
	"bare CPU":       "最小程序 CPU",

	"reads while 64 sign in by password": "64 人用密码登录时的读取",
	"kept":                               "保住",
	"alone /s":                           "单独 次/秒",
	"flooded /s":                         "登录时 次/秒",
	"p99 alone":                          "单独 p99",
	"p99 flooded":                        "登录时 p99",
	"server":                             "服务器",
	"reference":                          "最小程序",

	"sessions":                        "会话数",
	"file":                            "文件",
	"tokens in use: CPU a read":       "使用中的令牌：每次读取的 CPU",
	"every token another: CPU a read": "每次换一个令牌：每次读取的 CPU",
	"/s":                              "次/秒",
	"RSS idle (anonymous)":            "空闲时 RSS（匿名内存）",
	"RSS after (anonymous)":           "读取后 RSS（匿名内存）",
	"first answer":                    "首个响应",
	"after SIGKILL":                   "SIGKILL 之后",
	"with a log of":                   "预写日志",

	"CPU ratio":                            "CPU 比值",
	"database":                             "数据库",
	"engine":                               "引擎",
	"servers":                              "服务器数",
	"server statements":                    "服务器语句数",
	"bare statements":                      "最小程序语句数",
	"round trips":                          "往返次数",
	"CPU with 3 servers to 1":              "3 台与 1 台的 CPU 之比",
	"requests a second":                    "每秒请求数",
	"statements":                           "语句数",
	"time of a request to that with 1,000": "每次请求的时间与 1,000 用户时之比",

	"`GET /user/info`, tokens in use":                                    "`GET /user/info`，使用中的令牌",
	"`GET /user/info`, every token another":                              "`GET /user/info`，每次换一个令牌",
	"`GET /user/info`, notes the first use (a write)":                    "`GET /user/info`，记录首次使用（写入）",
	"`GET /user/info`, tokens in use; each tenth request creates a user": "`GET /user/info`，使用中的令牌；每十个请求创建一个用户",
	"`GET /wx/pc/check-login-status`":                                    "`GET /wx/pc/check-login-status`",
	"`POST /user/refresh` (a write)":                                     "`POST /user/refresh`（写入）",
	"`POST /app/auth/token/refresh` (a write)":                           "`POST /app/auth/token/refresh`（写入）",
	"`POST /api/user/create` (a write)":                                  "`POST /api/user/create`（写入）",
	"`POST /api/user/login`, argon2id (a write)":                         "`POST /api/user/login`，argon2id（写入）",
	"`POST /auth/mobile/login` (a write)":                                "`POST /auth/mobile/login`（写入）",
	"a body that breaks the contract: 400":                               "不符合契约的请求体：400",
	"a path that is not there: 404":                                      "不存在的路径：404",
}
