package contract_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi/check/contract"
)

func load(t *testing.T) contract.Contract {
	t.Helper()
	contract, err := contract.Load()
	if err != nil {
		t.Fatal(err)
	}
	return contract
}

func jsonAnswer(status int, text string) contract.Answer {
	return answerOfType("application/json; charset=utf-8", status, text)
}

func answerOfType(contentType string, status int, text string) contract.Answer {
	return contract.Answer{Status: status, Header: http.Header{"Content-Type": {contentType}, "Jwt": {"a.b.c"}}, Text: text}
}

func TestCheckRefusesUndocumentedAnswers(t *testing.T) {
	login, _ := load(t).Operation("signInByPassword")
	for name, c := range map[string]struct {
		answer contract.Answer
		fits   bool
	}{
		"documented":         {jsonAnswer(200, `{"state":"ok","Jwt":"a.b.c"}`), true},
		"an extra key":       {jsonAnswer(200, `{"state":"ok","Jwt":"a.b.c","salt":"x"}`), false},
		"a missing key":      {jsonAnswer(200, `{"state":"ok"}`), false},
		"wrong type":         {jsonAnswer(200, `{"state":"ok","Jwt":1}`), false},
		"trailing data":      {jsonAnswer(200, `{"state":"ok","Jwt":"a.b.c"}{}`), false},
		"not JSON":           {jsonAnswer(200, `oops`), false},
		"a success unlisted": {jsonAnswer(201, `{"state":"ok","Jwt":"a.b.c"}`), false},
		"another envelope":   {jsonAnswer(500, `{"code":500,"data":null,"msg":"x"}`), false},
		"the default":        {jsonAnswer(500, `{"state":"fail","code":500,"message":"x"}`), true},
		"no charset":         {answerOfType("application/json", 200, `{"state":"ok","Jwt":"a.b.c"}`), false},
		"another charset":    {answerOfType("application/json; charset=gbk", 200, `{"state":"ok","Jwt":"a.b.c"}`), false},
		"upper case":         {answerOfType("application/json;charset=UTF-8", 200, `{"state":"ok","Jwt":"a.b.c"}`), true},
		"another media type": {answerOfType("text/plain", 200, "ok"), false},
	} {
		t.Run(name, func(t *testing.T) {
			if err := login.Check(c.answer); (err == nil) != c.fits {
				t.Errorf("Check: %v", err)
			}
		})
	}
}

func TestAFailureOfOneDialectIsNoneOfAnother(t *testing.T) {
	contract := load(t)
	failure := jsonAnswer(404, `{"state":"fail","code":404,"message":"x"}`)
	if err := contract.CheckFailure("jfinal", failure); err != nil {
		t.Error(err)
	}
	for _, other := range []string{"jeecg", "yudao", "cas", "ruoyi", "system"} {
		if contract.CheckFailure(other, failure) == nil {
			t.Errorf("%s accepts a failure of jfinal", other)
		}
	}
}

func TestEvery401DeclaresItsChallenge(t *testing.T) {
	for _, o := range load(t).Operations() {
		if refused := o.Responses.Value("401"); refused != nil && refused.Value.Headers["WWW-Authenticate"] == nil {
			t.Errorf("%s: the 401 has no WWW-Authenticate", o.OperationID)
		}
	}
}

func TestEveryOperationHasARequest(t *testing.T) {
	for _, o := range load(t).Operations() {
		if len(o.Requests("ok")) == 0 {
			t.Errorf("%s has no example ok", o.OperationID)
		}
	}
}

func TestDifferencesNameTheKeys(t *testing.T) {
	info, _ := load(t).Operation("checkLoginStatus")
	response := info.Responses.Value("200").Value
	for name, c := range map[string]struct{ text, want string }{
		"none":             {`{"code":0,"data":{"isLogin":true,"lastLoginTime":"2026-11-21T09:00:00+08:00"},"msg":""}`, ""},
		"another name":     {`{"code":0,"data":{"isLogin":true,"lastTime":"2026-11-21T09:00:00+08:00"},"msg":""}`, "/data/lastLoginTime: documented key lastLoginTime, got key lastTime"},
		"another case":     {`{"code":0,"data":{"is_login":true,"LastLoginTime":"2026-11-21T09:00:00+08:00"},"msg":""}`, "/data/isLogin: documented key isLogin, got key is_login; /data/lastLoginTime: documented key lastLoginTime, got key LastLoginTime"},
		"no rename":        {`{"code":0,"data":{"isLogin":true,"note":[]},"msg":""}`, "/data/lastLoginTime: documented key lastLoginTime, got no such key; /data/note: documented no such key, got key note: []"},
		"a secret":         {`{"code":0,"data":{"isLogin":true,"lastLoginTime":"2026-11-21T09:00:00+08:00"},"msg":"","password":"x"}`, `/password: documented no such key, got key password: "***"`},
		"two at a time":    {`{"code":"0","data":{"isLogin":1,"lastLoginTime":"2026-11-21T09:00:00+08:00"},"msg":""}`, `/code: documented integer, got "0"; /data/isLogin: documented boolean, got 1`},
		"text of no shape": {`{"code":0,"data":{"isLogin":true,"lastLoginTime":"9 o'clock"},"msg":""}`, `/data/lastLoginTime: documented a date-time, got "9 o'clock"`},
	} {
		t.Run(name, func(t *testing.T) {
			var lines []string
			for _, d := range contract.Differences(response, jsonAnswer(200, c.text)) {
				lines = append(lines, d.String())
			}
			if got := strings.Join(lines, "; "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestStrictAcceptsRecursiveSchemas(t *testing.T) {
	tree := &openapi3.Schema{Type: &openapi3.Types{"object"}}
	tree.Properties = openapi3.Schemas{"left": openapi3.NewSchemaRef("", tree)}
	strict := contract.Strict(tree)
	if err := strict.VisitJSON(map[string]any{"left": map[string]any{"left": map[string]any{}}}); err != nil {
		t.Error(err)
	}
	if strict.VisitJSON(map[string]any{"left": map[string]any{"right": 1}}) == nil {
		t.Error("an extra key is accepted")
	}
}

func TestHeadersAreOfTheTypeOfTheirSchema(t *testing.T) {
	send, _ := load(t).Operation("sendMobileCode")
	response := send.Responses.Value("429").Value
	for value, want := range map[string]string{"60": "", "": "", "soon": `header Retry-After: documented integer, got "soon"`, "1.5": `header Retry-After: documented integer, got "1.5"`} {
		answer := jsonAnswer(429, `{"code":429,"data":null,"msg":"x"}`)
		answer.Header = answer.Header.Clone()
		answer.Header.Del("Jwt")
		answer.Header.Set("Retry-After", value)
		var lines []string
		for _, d := range contract.Differences(response, answer) {
			lines = append(lines, d.String())
		}
		if got := strings.Join(lines, "; "); got != want {
			t.Errorf("%q: got %s, want %s", value, got, want)
		}
	}
}

// Documents of others compose schemas in ways that this one does not.
func TestStrictKeepsWhatPartsOfASchemaSay(t *testing.T) {
	for name, c := range map[string]struct {
		schema string
		fits   []string
		not    []string
	}{
		"an enum with a description": {`{allOf: [{type: string, enum: [a, b]}], description: x}`, []string{`"a"`}, []string{`"c"`, `null`, `7`}},
		"a part that may be null":    {`{allOf: [{type: string, nullable: true}]}`, []string{`"a"`, `null`}, []string{`7`}},
		"a whole that may be null":   {`{nullable: true, allOf: [{type: object, properties: {a: {type: string}}}]}`, []string{`{"a":"x"}`, `null`}, []string{`{"b":"x"}`}},
		"two parts":                  {`{allOf: [{type: object, required: [a], properties: {a: {type: string}}}, {type: object, properties: {b: {type: string}}}]}`, []string{`{"a":"x","b":"y"}`}, []string{`{"b":"y"}`, `{"a":"x","c":"y"}`}},
		"a part that is open":        {`{allOf: [{type: object, additionalProperties: true}, {type: object, properties: {b: {type: string}}}]}`, []string{`{"a":"x","b":"y"}`}, []string{`{"b":7}`}},
		"one of many":                {`{type: object, properties: {kind: {type: string}}, oneOf: [{required: [a], properties: {a: {type: string}}}, {required: [b], properties: {b: {type: string}}}]}`, []string{`{"kind":"x","a":"y"}`}, []string{`{"kind":"x"}`, `{"a":"x","b":"y"}`}},
		"a list in a part":           {`{allOf: [{type: array, items: {type: object, properties: {a: {type: string}}}}]}`, []string{`[{"a":"x"}]`}, []string{`[{"b":"x"}]`}},
		"a map":                      {`{type: object, additionalProperties: {type: integer}}`, []string{`{"a":1}`}, []string{`{"a":"x"}`}},
	} {
		t.Run(name, func(t *testing.T) {
			document, err := contract.Read([]byte("openapi: 3.0.3\ninfo: {title: x, version: '1'}\npaths: {}\ncomponents: {schemas: {It: " + c.schema + "}}"))
			if err != nil {
				t.Fatal(err)
			}
			strict := contract.Strict(document.Components.Schemas["It"].Value)
			for _, text := range append(c.fits, c.not...) {
				value, _ := contract.Decode(text)
				err := strict.VisitJSON(value, openapi3.VisitAsResponse())
				if fits := slices.Contains(c.fits, text); (err == nil) != fits {
					t.Errorf("%s: %v", text, err)
				}
			}
		})
	}
}

func TestADifferenceOfAllElementsIsOne(t *testing.T) {
	list, _ := load(t).Operation("listSessions")
	session := `{"id":1,"dialect":"jfinal","productType":null,"deviceNumber":null,"clientIp":7,"userAgent":"x","createTime":"2026-11-21T01:00:00Z","lastSeenTime":"2026-11-21T01:00:00Z","current":true}`
	found := contract.Differences(list.Responses.Value("200").Value, jsonAnswer(200, `{"code":0,"data":[`+session+`,`+session+`,`+session+`],"msg":""}`))
	if kept := contract.OncePerList(found); len(found) != 3 || len(kept) != 1 || kept[0].String() != "/data/*/clientIp: documented string, got 7 (at /data/0/clientIp and in 2 more elements)" {
		t.Errorf("%v of %v", kept, found)
	}
}
