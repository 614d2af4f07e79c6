package dialect

import (
	"net/http"

	"quartet/server/apierr"
)

// Entry is what is said of one kind of failure in every dialect. {field}, {detail}
// and {expected} in the messages are filled in from the failure; a part in
// [brackets] goes away where the failure has no value for its placeholder.
type Entry struct {
	HTTP    int
	Chinese string
	English string
	// Advice says what the caller should do, in Chinese and in English.
	AdviceChinese, AdviceEnglish string
}

// Catalogue is the only place where a failure gets its status and its messages.
// A dialect's own numbers are in its folder.
var Catalogue = map[apierr.Code]Entry{
	apierr.MalformedBody: {
		HTTP: http.StatusBadRequest, Chinese: "请求体格式错误[（{field}）]", English: "The body cannot be read[ ({field})]",
		AdviceChinese: "检查请求体的语法", AdviceEnglish: "Check the syntax of the body.",
	},
	apierr.InvalidField: {
		HTTP: http.StatusBadRequest, Chinese: "参数[ {field}][ {detail}]", English: "Parameter[ {field}][ {detail}]",
		AdviceChinese: "按提示修改该参数", AdviceEnglish: "Fix the named parameter.",
	},
	apierr.DuplicateField: {
		HTTP: http.StatusBadRequest, Chinese: "参数[ {field}] 重复", English: "Duplicate parameter[ {field}]",
		AdviceChinese: "每个参数只传一次", AdviceEnglish: "Send each parameter once.",
	},
	apierr.MisspelledField: {
		HTTP: http.StatusBadRequest, Chinese: "参数[ {field}] 大小写错误[，应为 {expected}]", English: "Parameter[ {field}] is misspelled[; expected {expected}]",
		AdviceChinese: "参数名区分大小写，请按接口文档书写", AdviceEnglish: "Names are case-sensitive: spell them as the API document does.",
	},
	apierr.BodyTooLarge: {
		HTTP: http.StatusRequestEntityTooLarge, Chinese: "请求体过大[，最多 {expected}]", English: "The body is too large[: at most {expected}]",
		AdviceChinese: "缩小请求体", AdviceEnglish: "Send a smaller body.",
	},
	apierr.HeadersTooLarge: {
		HTTP: http.StatusRequestHeaderFieldsTooLarge, Chinese: "请求头过大[，最多 {expected}]", English: "The headers are too large[: at most {expected}]",
		AdviceChinese: "缩小请求头", AdviceEnglish: "Send fewer or shorter headers.",
	},
	apierr.UnsupportedMediaType: {
		HTTP: http.StatusUnsupportedMediaType, Chinese: "不支持的内容类型[，应为 {expected}]", English: "The content type is not supported[, it must be {expected}]",
		AdviceChinese: "使用接口文档列出的 Content-Type", AdviceEnglish: "Use a documented Content-Type.",
	},
	apierr.Unauthenticated: {
		HTTP: http.StatusUnauthorized, Chinese: "未登录或令牌无效[（{field}）]", English: "Not signed in, or the token is not valid[ ({field})]",
		AdviceChinese: "重新登录", AdviceEnglish: "Sign in.",
	},
	apierr.TokenExpired: {
		HTTP: http.StatusUnauthorized, Chinese: "令牌已过期", English: "The token has expired",
		AdviceChinese: "刷新令牌或重新登录", AdviceEnglish: "Refresh the token, or sign in again.",
	},
	apierr.SessionEnded: {
		HTTP: http.StatusUnauthorized, Chinese: "会话已结束，请重新登录", English: "The session has ended",
		AdviceChinese: "重新登录", AdviceEnglish: "Sign in again.",
	},
	apierr.SessionReplaced: {
		HTTP: http.StatusUnauthorized, Chinese: "账号已在其他设备登录", English: "Another device has signed in",
		AdviceChinese: "在本设备重新登录", AdviceEnglish: "Sign in again on this device.",
	},
	apierr.RefreshReused: {
		HTTP: http.StatusUnauthorized, Chinese: "令牌被重复使用，会话已结束", English: "A refresh token was reused; the session has ended",
		AdviceChinese: "重新登录；若非本人操作请修改密码", AdviceEnglish: "Sign in again; change the password if it was not you.",
	},
	apierr.WrongCredentials: {
		HTTP: http.StatusUnauthorized, Chinese: "账号或密码错误", English: "Wrong account or password",
		AdviceChinese: "检查账号和密码；多次失败后请等待（默认 15 分钟）", AdviceEnglish: "Check both. After several failures wait (15 minutes by default).",
	},
	apierr.WrongCode: {
		HTTP: http.StatusUnauthorized, Chinese: "验证码错误或已失效", English: "The one-time code is wrong or no longer valid",
		AdviceChinese: "重新获取验证码", AdviceEnglish: "Ask for a new code.",
	},
	apierr.UnknownApplication: {
		HTTP: http.StatusUnauthorized, Chinese: "应用不存在或已停用[（{field}）]", English: "The application is unknown or disabled[ ({field})]",
		AdviceChinese: "检查 X-App-Id", AdviceEnglish: "Check X-App-Id.",
	},
	apierr.Forbidden: {
		HTTP: http.StatusForbidden, Chinese: "没有权限", English: "Not allowed",
		AdviceChinese: "使用有权限的账号", AdviceEnglish: "Use an account that may do this.",
	},
	apierr.PathNotFound: {
		HTTP: http.StatusNotFound, Chinese: "没有这个接口", English: "Path not found",
		AdviceChinese: "检查请求路径", AdviceEnglish: "Check the path.",
	},
	apierr.MethodNotAllowed: {
		HTTP: http.StatusMethodNotAllowed, Chinese: "不支持该请求方法", English: "Method not allowed",
		AdviceChinese: "使用响应头 Allow 列出的方法", AdviceEnglish: "Use a method that the header Allow lists.",
	},
	apierr.UserNotFound: {
		HTTP: http.StatusNotFound, Chinese: "用户不存在", English: "No such user",
		AdviceChinese: "检查用户 ID", AdviceEnglish: "Check the user's id.",
	},
	apierr.SessionNotFound: {
		HTTP: http.StatusNotFound, Chinese: "会话不存在", English: "No such session",
		AdviceChinese: "重新获取会话列表", AdviceEnglish: "List the sessions again.",
	},
	apierr.UsernameTaken: {
		HTTP: http.StatusConflict, Chinese: "用户名已存在", English: "The user name is taken",
		AdviceChinese: "换一个用户名", AdviceEnglish: "Choose another name.",
	},
	apierr.EmailTaken: {
		HTTP: http.StatusConflict, Chinese: "邮箱已被使用", English: "The e-mail is taken",
		AdviceChinese: "换一个邮箱", AdviceEnglish: "Use another e-mail.",
	},
	apierr.MobileTaken: {
		HTTP: http.StatusConflict, Chinese: "手机号已被使用", English: "The mobile is taken",
		AdviceChinese: "换一个手机号", AdviceEnglish: "Use another mobile.",
	},
	apierr.WeakPassword: {
		HTTP: http.StatusUnprocessableEntity, Chinese: "密码不合要求[（{field}）][：{detail}]", English: "The password is not accepted[ ({field})][: it {detail}]",
		AdviceChinese: "使用 8 到 128 个字符，避免常见密码", AdviceEnglish: "Use 8 to 128 characters and no common password.",
	},
	apierr.WrongOldPassword: {
		HTTP: http.StatusBadRequest, Chinese: "旧密码错误[（{field}）]", English: "The old password is wrong[ ({field})]",
		AdviceChinese: "检查旧密码", AdviceEnglish: "Check the old password.",
	},
	apierr.TooManyRequests: {
		HTTP: http.StatusTooManyRequests, Chinese: "操作太频繁，请稍后再试", English: "Too many requests, try again later",
		AdviceChinese: "等待响应头 Retry-After 给出的秒数后重试", AdviceEnglish: "Wait for the seconds in the header Retry-After.",
	},
	apierr.WeChatCodeInvalid: {
		HTTP: http.StatusBadRequest, Chinese: "微信授权码 code 无效", English: "WeChat does not know the code",
		AdviceChinese: "重新调用 wx.login 取得 code", AdviceEnglish: "Get a new code from WeChat.",
	},
	apierr.WeChatCodeUsed: {
		HTTP: http.StatusBadRequest, Chinese: "微信授权码 code 已被使用", English: "The WeChat code has been used",
		AdviceChinese: "重新调用 wx.login 取得 code", AdviceEnglish: "Get a new code from WeChat.",
	},
	apierr.WeChatTooFrequent: {
		HTTP: http.StatusTooManyRequests, Chinese: "微信接口调用太频繁", English: "WeChat is called too often",
		AdviceChinese: "稍后再试", AdviceEnglish: "Try again later.",
	},
	apierr.WeChatUnavailable: {
		HTTP: http.StatusServiceUnavailable, Chinese: "微信服务暂不可用", English: "WeChat is not available",
		AdviceChinese: "稍后用新的 code 重试", AdviceEnglish: "Try again later with a new code.",
	},
	apierr.SMSUnavailable: {
		HTTP: http.StatusServiceUnavailable, Chinese: "短信服务暂不可用", English: "The SMS service is not available",
		AdviceChinese: "稍后再试", AdviceEnglish: "Try again later.",
	},
	apierr.Overloaded: {
		HTTP: http.StatusServiceUnavailable, Chinese: "服务器繁忙，请稍后再试", English: "The server is busy, try again later",
		AdviceChinese: "等待响应头 Retry-After 给出的秒数后重试", AdviceEnglish: "Wait for the seconds in the header Retry-After.",
	},
	apierr.Unavailable: {
		HTTP: http.StatusServiceUnavailable, Chinese: "服务暂不可用，请稍后再试", English: "Not available, try again later",
		AdviceChinese: "稍后再试", AdviceEnglish: "Try again later.",
	},
	apierr.Internal: {
		HTTP: http.StatusInternalServerError, Chinese: "服务器内部错误", English: "Internal error",
		AdviceChinese: "将响应头 X-Request-Id 的值提供给运维人员", AdviceEnglish: "Give the operator the value of the header X-Request-Id.",
	},
}
