package server

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/server/account"
)

// tokenKind is a kind of token. Given are the operations that answer it, Sent those whose
// body carries it, and Renewed those that make it live longer.
type tokenKind struct {
	ID, Form             string
	Name, Life, Renewal  inBoth
	Given, Sent, Renewed []tokenUse
	prefix               string // with which its tokens begin
	links                bool   // the links of an answer, to which the token goes, renew it
}

// tokenUse is an operation, with the place of a token in its request or its answer.
type tokenUse struct {
	Operation pageOperation
	Place     pagePlace
}

type tokenTime struct {
	What, Long inBoth
	Option     string
}

func tokenKinds(lives account.Lifetimes) []*tokenKind {
	access, session := inWords(lives.Access), inWords(lives.Session)
	sliding := inBoth{access.Chinese + "，从签发或最近一次延长起，不超过会话", access.English + " from its issue or last extension, and never beyond its session"}
	return []*tokenKind{
		{
			ID: "access", Form: "AT-…", prefix: "AT-", Name: inBoth{"访问令牌", "access token"}, Life: sliding, links: true,
			Renewal: inBoth{"由客户端调用：", "By the client, which calls:"},
		},
		{
			ID: "refresh", Form: "RT-…", prefix: "RT-", Name: inBoth{"刷新令牌", "refresh token"},
			Life:    inBoth{session.Chinese + "，从登录起，与会话相同", session.English + " from the sign-in, as its session"},
			Renewal: inBoth{"不续期，到期后重新登录", "None: the user signs in again after its end"},
		},
		{
			ID: "jwt", Form: "eyJ….….…", prefix: "eyJ", Name: inBoth{"JWT", "JWT"}, Life: sliding,
			Renewal: inBoth{"由服务器：有效期过半后，下列接口的响应带有下一个，客户端改用它", "By the server: after half of its lifetime these answers carry the next one, which the client uses from then on"},
		},
	}
}

func tokenTimes(lives account.Lifetimes) []tokenTime {
	return []tokenTime{
		{inBoth{"访问令牌与 JWT", "Access token and JWT"}, inWords(lives.Access), "--access-life"},
		{inBoth{"会话与刷新令牌，从登录起", "Session and refresh token, from the sign-in"}, inWords(lives.Session), "--session-life"},
		{inBoth{"JWT 签发多久之后，响应带有下一个", "Age of a JWT from which answers carry the next one"}, inWords(lives.Access / 2), "--access-life"},
		{inBoth{"换取新令牌后，前一个访问令牌仍可使用", "How long the access token before the newest still works"}, inWords(lives.RefreshGrace), ""},
		{inBoth{"短信验证码", "One-time code"}, inWords(lives.Code), ""},
		{inBoth{"应用密钥", "Secret of an application"}, inBoth{"直到作废", "until it is revoked"}, "quartet app secret"},
	}
}

// inWords is a duration in the largest unit that divides it.
func inWords(d time.Duration) inBoth {
	for _, unit := range []struct {
		length time.Duration
		names  inBoth
	}{{24 * time.Hour, inBoth{"天", "days"}}, {time.Hour, inBoth{"小时", "h"}}, {time.Minute, inBoth{"分钟", "min"}}, {time.Second, inBoth{"秒", "s"}}} {
		if count := d / unit.length; count > 0 && d%unit.length == 0 {
			number := strconv.FormatInt(int64(count), 10)
			return inBoth{number + " " + unit.names.Chinese, number + " " + unit.names.English}
		}
	}
	return inBoth{d.String(), d.String()}
}

// kindOf is the kind of token that a text of an example has the form of; nil for none.
func kindOf(kinds []*tokenKind, text string) *tokenKind {
	at := slices.IndexFunc(kinds, func(k *tokenKind) bool { return strings.HasPrefix(text, k.prefix) })
	if at < 0 || !account.IsToken(text) {
		return nil
	}
	return kinds[at]
}

// addUses finds the tokens in the examples of the operation.
func (o contractOperation) addUses(kinds []*tokenKind, byID map[string]pageOperation) {
	if o.RequestBody != nil {
		tokensIn(kinds, o.RequestBody.Value.Content, func(k *tokenKind, field string) {
			k.Sent = appended(k.Sent, tokenUse{o.page, pagePlace{inRequest[inBody], field}})
		})
	}
	for status, response := range o.Responses.Map() {
		if !strings.HasPrefix(status, "2") {
			continue
		}
		// found are the kinds by the expressions with which links name their places.
		found := map[string]*tokenKind{}
		tokensIn(kinds, response.Value.Content, func(k *tokenKind, field string) {
			k.Given = appended(k.Given, tokenUse{o.page, pagePlace{inBoth{"响应体", "body"}, field}})
			found["$response.body#/"+strings.ReplaceAll(field, ".", "/")] = k
		})
		for _, name := range slices.Sorted(maps.Keys(response.Value.Headers)) {
			example, _ := response.Value.Headers[name].Value.Example.(string)
			k := kindOf(kinds, example)
			switch {
			case k == nil:
			case o.Extensions["x-access"] == "public":
				k.Given = appended(k.Given, tokenUse{o.page, pagePlace{inBoth{"响应头", "header"}, name}})
				found["$response.header."+name] = k
			default:
				k.Renewed = appended(k.Renewed, tokenUse{o.page, pagePlace{inBoth{"响应头", "header"}, name}})
			}
		}
		for _, name := range slices.Sorted(maps.Keys(response.Value.Links)) {
			link := response.Value.Links[name].Value
			sent, _ := link.RequestBody.(map[string]any)
			for _, expression := range sent {
				text, _ := expression.(string)
				if k := found[text]; k != nil && k.links {
					k.Renewed = appended(k.Renewed, tokenUse{Operation: byID[link.OperationID]})
				}
			}
		}
	}
}

// appended adds a use that is not there yet.
func appended(uses []tokenUse, use tokenUse) []tokenUse {
	if slices.Contains(uses, use) {
		return uses
	}
	return append(uses, use)
}

// tokensIn finds the tokens in examples of bodies, with their dotted path.
func tokensIn(kinds []*tokenKind, content openapi3.Content, found func(kind *tokenKind, field string)) {
	var walk func(value any, path string)
	walk = func(value any, path string) {
		switch value := value.(type) {
		case string:
			if kind := kindOf(kinds, value); kind != nil {
				found(kind, path)
			}
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(value)) {
				walk(value[key], strings.TrimPrefix(path+"."+key, "."))
			}
		}
	}
	for _, mediaType := range slices.Sorted(maps.Keys(content)) {
		for _, name := range slices.Sorted(maps.Keys(content[mediaType].Examples)) {
			walk(content[mediaType].Examples[name].Value.Value, "")
		}
	}
}
