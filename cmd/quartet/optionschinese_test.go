package main

import (
	"strings"
	"testing"

	"quartet/server/dialect/all"
)

// optionsChinese is the page in Chinese. A text without its translation, and a translation
// without its text, fail the test: who changes the help of an option changes both.
func optionsChinese(t *testing.T) optionsLanguage {
	t.Helper()
	names := dialectNames(all.Dialects)["dialects"]
	used := map[string]bool{}
	t.Cleanup(func() {
		for english := range chineseOptions {
			if !used[english] {
				t.Errorf("no option has this help any more: %s", english)
			}
		}
	})
	return optionsLanguage{
		file: "OPTIONS.zh-CN.md",
		head: `# ` + "`quartet serve`" + ` 的选项

[English](OPTIONS.md)

由 ` + "`make generate`" + ` 生成，请勿手工修改。每个选项都可以用命令行选项或环境变量设置，以命令行选项为准。使用同一数据库的服务器应当有相同的限制；
` + "`quartet keys list`" + ` 和 ` + "`quartet keys retire`" + ` 需要与服务器相同的 ` + "`--access-life`" + `。
`,
		columns: "| 选项 | 环境变量 | 默认值 | 含义 |\n",
		text: func(english string) string {
			english = strings.Replace(english, names, "${dialects}", 1)
			chinese, found := chineseOptions[english]
			if !found {
				t.Errorf("chineseOptions lacks: %s", english)
			}
			used[english] = true
			return strings.Replace(chinese, "${dialects}", strings.ReplaceAll(names, ",", "、"), 1)
		},
	}
}

// chineseOptions are the texts of OPTIONS.zh-CN.md by those of OPTIONS.md.
var chineseOptions = map[string]string{
	"General": "通用",
	"Limits":  "限制",
	"IP addresses or ranges within, such as 10.20.0.0/16, that webhooks may be at, with http:// too. Without it they are at public addresses, by https://.":                           "Webhook 可以使用的内网 IP 地址或网段，例如 10.20.0.0/16，在其中也可使用 http://；不设置时只能是公网地址，使用 https://。",
	"A time is written like 90s, 1h30m or 30d, a rate COUNT/TIME: 5/1h is at most five in an hour, which begins with the first of them. A size is written like 65536, 64KiB or 1MiB.": "时间写作 90s、1h30m 或 30d。频率写作“次数/时间”：5/1h 表示一小时内最多五次，从第一次开始计时。大小写作 65536、64KiB 或 1MiB。",
	"Address to listen on, HOST:PORT; 0.0.0.0:8080 listens on every interface.":                                                                                                       "监听地址，格式为“主机:端口”；0.0.0.0:8080 监听所有网络接口。",
	"Address of a listener of its own for administration: /admin, /console/ and /metrics are there, with /healthz and /readyz, and --addr answers 404 for them. Outside of --demo it is 127.0.0.1:8081 unless set, or a free port where --addr asks for one by port 0. The same as --addr: there is no such listener, and --addr serves everything, as with --demo.": "管理监听地址：/admin、/console/ 和 /metrics 只在该地址提供，另有 /healthz 和 /readyz；--addr 对这些路径返回 404。不使用 --demo 时默认为 127.0.0.1:8081，--addr 的端口为 0 时取空闲端口。与 --addr 相同则不另设监听，全部由 --addr 提供，与 --demo 一样。",
	"Serve no admin API and no console: /admin and /console/ answer 404.":                                                               "不提供管理接口和控制台：/admin 和 /console/ 返回 404。",
	"Serve no console: /console/ answers 404.":                                                                                          "不提供控制台：/console/ 返回 404。",
	"Database: sqlite:PATH, postgres://… or mysql://….":                                                                                 "数据库：sqlite:路径、postgres://… 或 mysql://…。",
	"Directory of the keys. With SQLite it defaults to the database's path with .keys appended; with a database server it is required.": "密钥文件夹。使用 SQLite 时默认为数据库路径加上 .keys；使用数据库服务器时必须指定。",
	"Run a demonstration with known users and passwords, simulated SMS and WeChat, and open registration. The default database is then sqlite:.quartet/demo.db. The data is reset at the start and every hour.":                                                 "以演示方式运行：用户和密码是公开的，短信和微信是模拟的，开放注册。此时默认数据库为 sqlite:.quartet/demo.db，数据在启动时和每小时重置一次。",
	"Answer 401 to whoever signed in by a password that would not be accepted as a new one, such as an imported 123456, until they set another one by POST /api/user/updatePassword. Without it such a sign-in is only told so, by the header X-Weak-Password.": "登录所用的密码不符合新密码的要求时（例如导入的 123456），在用 POST /api/user/updatePassword 修改密码之前，其他请求都返回 401。不设置时只在登录响应中用响应头 X-Weak-Password 提示。",
	"How long a client whose answer was lost can send the code of a WeChat sign-in again, from the same client IP and device, until it signs out; 0s: not at all.":                                                                                              "微信登录的响应丢失后，同一客户端 IP 和设备在退出登录之前，可在多长时间内用同一个 code 重试；0s 表示不允许。",
	"Let anybody create a user; otherwise only administrators can.":                                                                                                                                         "开放注册：任何人都可以创建用户；否则只有管理员可以。",
	"Paths such as /prod-api under which the dialects' operations and the documentation are served as well as at the root; the flag can be repeated.":                                                       "基础路径，例如 /prod-api：各方言的接口和文档在该路径下和根路径下都可访问；可以重复使用。",
	"Dialects whose errors are sent with HTTP status 200: ${dialects}. DIALECT@/prod-api does so under that base path only.":                                                                                "失败也以 HTTP 状态码 200 返回的方言：${dialects}。“方言@/prod-api”只对该基础路径生效。",
	"Refuse requests that the contract does not describe, unknown names too, for contract tests. Otherwise each dialect reads as its framework does: the contract says how.":                                "拒绝契约没有描述的请求，包括未知的名称；供契约测试使用。否则各方言按其框架的习惯读取请求，详见契约。",
	"Take the form fields of the jfinal dialect, passwords too, from the query as well, as JFinal does. Off by default, because queries end up in the logs of proxies and browsers.":                        "像 JFinal 那样，jfinal 方言的表单字段（包括密码）也可以放在查询参数里。默认关闭，因为查询参数会留在代理和浏览器的日志里。",
	"Serve no documentation: /, /docs/ and the pages beside it answer 404. The contract stays at /openapi.yaml and /openapi.json, because it is a part of the API. Not with --demo.":                        "不提供文档：/、/docs/ 及其相关页面返回 404。契约仍在 /openapi.yaml 和 /openapi.json，因为它是接口的一部分。不能与 --demo 一起使用。",
	"Time zone of dates without one, in requests and responses.":                                                                                                                                            "请求和响应中不带时区的日期所用的时区。",
	"IP addresses or ranges of the proxies whose X-Forwarded-For header is trusted.":                                                                                                                        "受信任的代理的 IP 地址或网段；只信任它们的 X-Forwarded-For。",
	"Origins whose web pages may call the server (CORS), with credentials; * allows all, without. With --demo, pages of this computer may call it too.":                                                     "允许哪些来源的网页跨域调用本服务器（CORS），可携带凭据；* 允许所有来源，但不可携带凭据。使用 --demo 时，本机的网页也可以调用。",
	"Language of error messages: auto,zh,en. Front ends show them to users; auto follows Accept-Language.":                                                                                                  "错误提示的语言：auto、zh、en。前端会把提示显示给用户；auto 随 Accept-Language 而定。",
	"Days to keep audit events; 0 keeps them forever.":                                                                                                                                                      "审计事件保留的天数；0 表示永久保留。",
	"Lowest level of log lines: debug,info,warn,error.":                                                                                                                                                     "日志的最低级别：debug、info、warn、error。",
	"Format of log lines on standard error: text,json.":                                                                                                                                                     "标准错误输出中日志的格式：text、json。",
	"Kind of the WeChat app of sign-ins that name no application with an app of its own (quartet app wechat set): mini-program, official-account, or of the open platform website (QR code) or mobile-app.": "登录未指明有自己微信应用的应用（quartet app wechat set）时，所用微信应用的类型：mini-program（小程序）、official-account（公众号），或开放平台的 website（网站扫码）、mobile-app（移动应用）。",
	"Applications that base paths stand for: a request under PATH, one of --base-path, that sends no X-App-Id is taken as one of the application ID. Several are separated by ;.":                           "基础路径所代表的应用：PATH（--base-path 之一）下的请求没有 X-App-Id 时，视为应用 ID 的请求。多个之间以 ; 分隔。",
	"App id (AppID) of the WeChat app.":                                                                                          "微信应用的 AppID。",
	"File with the AppSecret of the WeChat app, mode 0600; or set QUARTET_WECHAT_SECRET.":                                        "存放微信应用 AppSecret 的文件，权限 0600；也可以设置 QUARTET_WECHAT_SECRET。",
	"Base URL of WeChat's API, such as https://hk.api.weixin.qq.com.":                                                            "微信接口的基础 URL，例如 https://hk.api.weixin.qq.com。",
	"Service that delivers one-time codes: webhook or aliyun. Without it nobody signs in by mobile; --demo simulates a service.": "发送验证码的服务：webhook 或 aliyun（阿里云）。不设置则不能用手机号登录；--demo 会模拟一个。",
	"URL of the webhook, or of Aliyun's API if not the public one.":                                                              "webhook 的 URL；或阿里云接口的 URL，公网地址不必写。",
	"Aliyun: code of the approved template (模板), whose variable is code. Webhook: passed on unchanged.":                          "阿里云：审核通过的模板 CODE，模板变量为 code。webhook：原样传递。",
	"File with the webhook's secret or Aliyun's access key secret, mode 0600; or set QUARTET_SMS_SECRET.":                        "存放 webhook 密钥或阿里云 AccessKey Secret 的文件，权限 0600；也可以设置 QUARTET_SMS_SECRET。",
	"URL of the back end that people come from: a sign-in by password of an unknown account, or of one without a password here, is asked for there once, by a signed request (server/FALLBACK.md). Every refused sign-in then takes 3 s.": "用户原来所在的后端的 URL：密码登录时，本服务器没有的账号、或在本服务器没有密码的账号，以签名请求向它询问一次（server/FALLBACK.md）。此后每次被拒绝的登录都耗时 3 秒。",
	"Name of that back end, the one of quartet import --from if its users were imported: ruoyi, jeecg and the like.":                                                                                                                      "该后端的名称；用户若已导入，即 quartet import --from 所用的名称，如 ruoyi、jeecg。",
	"File with the secret that signs the requests, mode 0600; or set QUARTET_FALLBACK_SECRET.":                                                                                                                                            "存放请求签名密钥的文件，权限 0600；也可以设置 QUARTET_FALLBACK_SECRET。",
	"Aliyun: access key id of a RAM user whose only right is dysms:SendSms.":                                                                                                                                                              "阿里云：RAM 用户的 AccessKey ID，该用户只需 dysms:SendSms 一项权限。",
	"Aliyun: approved signature (签名).": "阿里云：审核通过的签名。",
	"Lifetime of an access token or JWT, from its issue or last renewal; at least 1m. When a session was last used is recorded once in a sixtieth of this time: with 1h, once a minute.":                                                                                    "访问令牌或 JWT 的有效期，从签发或上次延长算起；至少 1m。会话的最后使用时间每隔该值的六十分之一记录一次：1h 即每分钟一次。",
	"How long signing in takes back the closing of one's account; after that everything that names the user is erased.":                                                                                                                                                     "注销账号后，在这段时间内登录即可撤销注销；之后清除一切能识别该用户的数据。",
	"Template of the message that tells the verified mobile that a way of signing in to its account has changed, or that the account was closed. Aliyun: code of an approved template without variables. Webhook: passed on unchanged. Without it no such message is sent.": "登录方式更改或账号注销后发给已验证手机号的通知短信的模板。阿里云：审核通过的不含变量的模板 CODE。webhook：原样传递。不设置则不发送通知。",
	"Lifetime of a session and its refresh token, from the sign-in.":                                                                                                                                                                                                                 "会话及其刷新令牌的有效期，从登录算起。",
	"Wrong passwords for one account from one client IP; after that the account is locked for this client IP.":                                                                                                                                                                       "一个客户端 IP 对一个账号输错密码的次数；超过后，该账号对这个客户端 IP 锁定。",
	"Size of a request body; a larger one is answered 413.":                                                                                                                                                                                                                          "请求体的大小；超过则返回 413。",
	"Passwords that are hashed at the same time, 19 MiB of memory each; 0 means one per CPU core, less one.":                                                                                                                                                                         "同时计算的密码哈希数，每个占 19 MiB 内存；0 表示 CPU 核数减一。",
	"Connections to a database server. SQLite always has one connection that writes and four that read.":                                                                                                                                                                             "与数据库服务器的连接数。SQLite 固定为一个写连接和四个读连接。",
	"How long a server that is shutting down waits for running requests.":                                                                                                                                                                                                            "关闭服务器时，等待进行中的请求多长时间。",
	"Look-ups of other users by one user. An application that proves itself by its secret has a limit of its own instead, and administrators have none.":                                                                                                                             "一个用户查询他人资料的次数。用密钥证明身份的应用另有自己的限制，管理员不受限制。",
	"Look-ups of other users from one client IP. An application that proves itself by its secret has a limit of its own instead, and administrators have none.":                                                                                                                      "一个客户端 IP 查询他人资料的次数。用密钥证明身份的应用另有自己的限制，管理员不受限制。",
	"Look-ups of other users by one application that proves itself by its secret; and, counted apart, by the members of its organisations without the secret.":                                                                                                                       "一个用密钥证明身份的应用查询用户资料的次数；其组织机构的成员不带密钥的查询，合计适用同一数值，分开计算。",
	"Users that one client IP can create with --open-registration, and e-mails to which its users can change theirs. Administrators have no limit.":                                                                                                                                  "使用 --open-registration 时一个客户端 IP 可以创建的用户数，其用户更换邮箱的次数也计入。管理员不受限制。",
	"One-time codes that one client IP can request. A client IP is an IPv4 address or an IPv6 /64; of this and every other limit of a client IP, an IPv6 /48 has five times as much.":                                                                                                "一个客户端 IP 可以请求的一次性验证码数量。一个客户端 IP 指一个 IPv4 地址或一个 IPv6 /64；此项及其他各项按客户端 IP 的限制，一个 IPv6 /48 为其五倍。",
	"One-time codes that all clients together can request. A tenth of it is the share of one network, an IPv4 /24 or an IPv6 /48; the last tenth is for client IPs from which the account was signed in within 30 days.":                                                             "所有客户端合计可以请求的一次性验证码数量。一个网络（IPv4 /24 或 IPv6 /48）最多占其十分之一；最后十分之一留给该账号 30 天内登录过的客户端 IP。",
	"One-time codes that all clients together can request in a long time, because each costs money. A tenth of it is the share of one network; the last tenth is for client IPs from which the account was signed in within 30 days. The log warns at 50%, 80%, 90% and 100% of it.": "所有客户端在较长时间内合计可以请求的一次性验证码数量，因为每条都要花钱。一个网络最多占其十分之一；最后十分之一留给该账号 30 天内登录过的客户端 IP。用到 50%、80%、90% 与 100% 时，日志会警告。",
	"Users that all clients together can create with --open-registration. A tenth of it is the share of one network, an IPv4 /24 or an IPv6 /48. Administrators have no limit.":                                                                                                      "使用 --open-registration 时，所有客户端合计可以创建的用户数。一个网络（IPv4 /24 或 IPv6 /48）最多占其十分之一。管理员不受限制。",
	"Failed sign-ins from one client IP, by wrong passwords and by wrong codes; after that it is answered 429, whatever the account. Apart from them, for each application, requests with a wrong secret; and refreshes with tokens that do not exist.":                              "一个客户端 IP 登录失败（密码错误与验证码错误）的次数；超过后无论哪个账号都响应 429。另外分别计数的还有对每个应用的应用密钥错误的请求，以及用不存在的令牌刷新的请求。",
	"OpenTelemetry collector that traces and metrics are sent to by OTLP over HTTP, such as http://127.0.0.1:4318; /v1/traces and /v1/metrics are appended. The OTEL_ variables of the SDK set the rest: headers, sampler, intervals. Without it nothing is traced or sent.":         "OpenTelemetry 采集器的地址，链路与指标通过 OTLP/HTTP 发送到该地址，例如 http://127.0.0.1:4318；路径自动加上 /v1/traces 和 /v1/metrics。请求头、采样、发送间隔等由 SDK 的 OTEL_ 环境变量设置。不设置则不采集、不发送。",
	"Continue the trace that a peer of --trusted-proxies names by the header traceparent, and take its decision on sampling: the proxy must delete or replace that header of its own callers. Without it a request is a trace of its own, with a link to the caller's.":              "延续 --trusted-proxies 中的代理在请求头 traceparent 里给出的链路，并采用其采样决定；代理必须删除或替换外部调用者发来的该请求头。不设置时每个请求自成一条链路，只以链接（link）指向调用者的链路。",
}
