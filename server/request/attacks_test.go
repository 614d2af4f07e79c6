package request_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"quartet/server/apierr"
	"quartet/server/request"
)

const attackedDocument = `
openapi: 3.0.3
info: {title: Attacked, version: '1'}
paths:
  /users/{id}:
    post:
      operationId: changeUser
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer, format: int64}}
        - {name: page, in: query, schema: {type: integer, format: int64}}
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema: {type: object, properties: {id: {type: integer, format: int64}, name: {type: string}, user: {type: string, x-contentMediaType: application/json}}}
          application/json:
            schema: &user {type: object, properties: {id: {type: integer, format: int64}, name: {type: string}}}
      responses: {'204': {description: changed}}
`

// everything takes all that any dialect takes, and more.
var everything = request.Rules{
	Name: "everything", IgnoreUnknown: true, IgnoreOtherCase: true, NullIsAbsent: true, EmptyNumberIsAbsent: true, TextForInteger: true,
	TrimIntegers: true, ScalarForText: true, MillisecondsForDate: true, Encodings: true, MultipartForm: true, JSONForForm: true, FormInQuery: true,
}

type sent struct {
	target, body string
	header       http.Header
}

// attack reads a request and returns what the handler gets, or the field of the refusal.
func attack(t *testing.T, s sent) string {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromData([]byte(attackedDocument))
	if err != nil {
		t.Fatal(err)
	}
	operations, err := request.New(document, request.Options{Rules: func(*openapi3.Operation) request.Rules { return everything }})
	if err != nil {
		t.Fatal(err)
	}
	if s.target == "" {
		s.target = "/users/1"
	}
	r := httptest.NewRequest(http.MethodPost, s.target, strings.NewReader(s.body))
	r.Header = s.header.Clone()
	c := echo.New().NewContext(r, httptest.NewRecorder())
	c.SetParamNames("id")
	c.SetParamValues(strings.TrimPrefix(strings.Split(s.target, "?")[0], "/users/"))
	members, err := operations[request.Route{Method: http.MethodPost, Path: "/users/:id"}].Read(c)
	if err != nil {
		failed := apierr.As(err)
		if failed.Code == apierr.Internal {
			t.Errorf("%+v: %v", s, err)
		}
		return "refused: " + failed.Field
	}
	handed, isValue := r.Body.(interface{ ValidatedValue() any })
	if !isValue || !reflect.DeepEqual(handed.ValidatedValue(), any(members)) {
		t.Errorf("%+v: validated %v, handed on %v", s, members, r.Body)
	}
	for name := range members {
		if name != "id" && name != "name" && name != "user" {
			delete(members, name) // no handler reads it
		}
	}
	text, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func as(mediaType string, more ...string) http.Header {
	header := http.Header{"Content-Type": {mediaType}}
	for i := 0; i < len(more); i += 2 {
		header.Add(more[i], more[i+1])
	}
	return header
}

func packed(texts ...string) string {
	var made bytes.Buffer
	for _, text := range texts {
		writer := gzip.NewWriter(&made)
		_, _ = writer.Write([]byte(text))
		_ = writer.Close()
	}
	return made.String()
}

const jsonType, formType, partsType = "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"

type attacks = map[string]struct {
	sent
	want string
}

func check(t *testing.T, list attacks) {
	t.Helper()
	for name, a := range list {
		if got := attack(t, a.sent); got != a.want {
			t.Errorf("%s: %s, want %s", name, got, a.want)
		}
	}
}

// A name that comes twice, in whatever spelling, is one value for all readers or none.
func TestSmuggledDuplicates(t *testing.T) {
	inJSON, inForm := as(jsonType), as(formType)
	part := func(headers, text string) string { return "--x\r\n" + headers + "\r\n\r\n" + text + "\r\n" }
	named := func(name string) string { return `Content-Disposition: form-data; name="` + name + `"` }
	parts := func(all ...string) sent {
		return sent{body: strings.Join(all, "") + "--x--\r\n", header: as(partsType)}
	}
	check(t, attacks{
		"JSON twice":                       {sent{body: `{"id":1,"id":2}`, header: inJSON}, "refused: id"},
		"JSON escaped":                     {sent{body: `{"id":1,"\u0069d":2}`, header: inJSON}, "refused: id"},
		"JSON null first":                  {sent{body: `{"id":null,"id":2}`, header: inJSON}, "refused: id"},
		"JSON other case beside":           {sent{body: `{"ID":2,"id":1,"Id":3}`, header: inJSON}, `{"id":1}`},
		"JSON other case beside null":      {sent{body: `{"ID":2,"id":null}`, header: inJSON}, `{}`},
		"JSON other case alone":            {sent{body: `{"ID":2}`, header: inJSON}, "refused: ID"},
		"JSON dotless i":                   {sent{body: `{"ıd":2}`, header: inJSON}, "refused: ıd"},
		"JSON full width":                  {sent{body: `{"ｉｄ":2,"id":1}`, header: inJSON}, `{"id":1}`},
		"JSON combining":                   {sent{body: `{"id\u0307":2,"id":1}`, header: inJSON}, `{"id":1}`},
		"JSON blank around":                {sent{body: `{" id":2,"id ":3,"id":1}`, header: inJSON}, `{"id":1}`},
		"JSON path":                        {sent{body: `{"user.id":2,"user":{"id":3},"id":1}`, header: inJSON}, `{"id":1,"user":{"id":3}}`},
		"JSON unknown twice":               {sent{body: `{"a":{"b":1,"b":2}}`, header: inJSON}, "refused: a.b"},
		"two values":                       {sent{body: `{"id":1}{"id":2}`, header: inJSON}, "refused: body"},
		"comment":                          {sent{body: `{"id":1/*,"id":2*/}`, header: inJSON}, "refused: body"},
		"form twice":                       {sent{body: "name=a&name=b", header: inForm}, "refused: name"},
		"form escaped":                     {sent{body: "name=a&n%61me=b", header: inForm}, "refused: name"},
		"form other case":                  {sent{body: "name=a&NAME=b", header: inForm}, `{"name":"a"}`},
		"form list":                        {sent{body: "name=a&name[]=b&name[0]=c&name%5b1%5d=d", header: inForm}, `{"name":"a"}`},
		"form path":                        {sent{body: "user.id=2&user[id]=3", header: inForm}, `{}`},
		"form semicolon":                   {sent{body: "name=a;name=b", header: inForm}, `{"name":"a;name=b"}`},
		"form escaped ampersand":           {sent{body: "name=a%26name=b", header: inForm}, `{"name":"a\u0026name=b"}`},
		"form in GBK, escaped and raw":     {sent{body: "name=%c1%d6&n%61me=\xcd\xed", header: as(formType + "; charset=gbk")}, "refused: name"},
		"_charset_":                        {sent{body: "_charset_=gbk&name=%c1%d6", header: inForm}, "refused: name"},
		"form, JSON twice in it":           {sent{body: `user={"id":1,"id":2}`, header: inForm}, "refused: user.id"},
		"form, JSON escaped in it":         {sent{body: `user={"id":1,"\u0069d":2}`, header: inForm}, "refused: user.id"},
		"form, a mark before JSON in it":   {sent{body: "user=\uFEFF{}", header: inForm}, "refused: user"},
		"form, JSON in it, then the field": {sent{body: `user={"id":1}&user=`, header: inForm}, "refused: user"},
		"form and query":                   {sent{target: "/users/1?name=b", body: "name=a", header: inForm}, `{"name":"a"}`},
		"JSON and query":                   {sent{target: "/users/1?name=b", body: `{"name":"a"}`, header: inJSON}, `{"name":"a"}`},
		"query twice":                      {sent{target: "/users/1?name=b&n%61me=c", body: `{}`, header: inJSON}, "refused: name"},
		"query twice, one not decodable":   {sent{target: "/users/1?page=1&page=%zz", body: `{}`, header: inJSON}, "refused: query"},
		"query twice, one with semicolon":  {sent{target: "/users/1?page=1&page=2;", body: `{}`, header: inJSON}, "refused: query"},
		"query lost to a semicolon":        {sent{target: "/users/1?page=x;a", body: `{}`, header: inJSON}, "refused: query"},
		"query of GBK":                     {sent{target: "/users/1?name=%c1%d6", body: `{}`, header: inJSON}, "refused: name"},
		"query, path in it":                {sent{target: "/users/1?id=9", body: `{}`, header: inJSON}, `{"id":9}`},
		"parts twice":                      {parts(part(named("name"), "a"), part(named("name"), "b")), "refused: name"},
		"parts, other case":                {parts(part(named("name"), "a"), part(named("NAME"), "b")), `{"name":"a"}`},
		"parts, escaped name":              {parts(part(named("n%61me"), "a")), `{}`},
		"parts, name twice":                {parts(part(`Content-Disposition: form-data; name="id"; name="name"`, "a")), "refused: body"},
		"parts, name*":                     {parts(part(`Content-Disposition: form-data; name="other"; name*=UTF-8''name`, "a")), "refused: body"},
		"parts, name in pieces":            {parts(part(`Content-Disposition: form-data; name*0="na"; name*1="me"`, "a")), "refused: body"},
		"parts, a file":                    {parts(part(`Content-Disposition: form-data; name="name"; filename="a.txt"`, "a")), "refused: name"},
		"parts, a file that is hidden":     {parts(part(`Content-Disposition: form-data; name="name"; filename*=x-none''a.png`, "a")), "refused: body"},
		"parts, two dispositions":          {parts(part(named("other")+"\r\n"+named("name"), "a")), "refused: body"},
		"parts, an attachment":             {parts(part(`Content-Disposition: attachment; name="name"`, "a")), "refused: body"},
		"parts, two transfer encodings":    {parts(part(named("name")+"\r\nContent-Transfer-Encoding: 8bit\r\nContent-Transfer-Encoding: base64", "YQ==")), "refused: body"},
		"parts, quoted-printable":          {parts(part(named("name")+"\r\nContent-Transfer-Encoding: quoted-printable", "=61")), "refused: body"},
		"parts in a part":                  {parts(part(named("name")+"\r\nContent-Type: multipart/mixed; boundary=y", "--y\r\n"+named("id")+"\r\n\r\n2\r\n--y--")), "refused: name"},
		"parts after the last":             {sent{body: part(named("id"), "1") + "--x--\r\n" + part(named("id"), "2"), header: as(partsType)}, `{"id":1}`},
		"parts before the first":           {sent{body: named("id") + "\r\n\r\n2\r\n" + part(named("id"), "1") + "--x--\r\n", header: as(partsType)}, `{"id":1}`},
		"parts without the last":           {sent{body: part(named("id"), "1"), header: as(partsType)}, "refused: body"},
		"parts and JSON":                   {sent{body: `{"id":1}`, header: as(partsType)}, "refused: body"},
		"two boundaries":                   {sent{body: part(named("id"), "1") + "--x--\r\n", header: as(partsType + "; boundary=y")}, "refused: Content-Type"},
		"a boundary that is replaced":      {sent{body: part(named("id"), "1") + "--x--\r\n", header: as(`multipart/form-data; boundary=y; boundary*=UTF-8''x`)}, "refused: Content-Type"},
		"a huge boundary":                  {sent{body: "--" + strings.Repeat("x", 70000), header: as("multipart/form-data; boundary=" + strings.Repeat("x", 70000))}, "refused: "},
	})
}

func TestMediaTypesThatMeanTwoThings(t *testing.T) {
	gbk := "{\"name\":\"\xc1\xd6\"}"
	check(t, attacks{
		"two types":           {sent{body: `{"id":1}`, header: as(jsonType, "Content-Type", formType)}, "refused: Content-Type"},
		"two charsets":        {sent{body: gbk, header: as(jsonType+"; charset=gbk", "Content-Type", jsonType+"; charset=utf-8")}, "refused: Content-Type"},
		"the same type twice": {sent{body: `{"id":1}`, header: as(jsonType, "Content-Type", jsonType)}, `{"id":1}`},
		"charset twice":       {sent{body: `{"id":1}`, header: as(jsonType + "; charset=gbk; charset=utf-8")}, "refused: Content-Type"},
		"charset in capitals": {sent{body: gbk, header: as(jsonType + "; CharSet=GBK")}, `{"name":"林"}`},
		"charset*":            {sent{body: gbk, header: as(jsonType + "; charset=utf-8; charset*=us-ascii''gbk")}, "refused: Content-Type"},
		"no media type":       {sent{body: `{"id":1}`, header: as("json;;")}, "refused: Content-Type"},
		"two types in one":    {sent{body: `{"id":1}`, header: as("application/json, text/xml")}, "refused: Content-Type"},
		"a parameter cut off": {sent{body: `{"id":1}`, header: as(jsonType + "; x")}, `{"id":1}`},
		"parts, charset twice": {sent{
			body:   "--x\r\nContent-Disposition: form-data; name=\"name\"\r\nContent-Type: text/plain; charset=gbk; charset=utf-8\r\n\r\n林\r\n--x--\r\n",
			header: as(partsType),
		}, "refused: Content-Type"},
		"parts, two types": {sent{
			body:   "--x\r\nContent-Disposition: form-data; name=\"name\"\r\nContent-Type: text/plain; charset=gbk\r\nContent-Type: text/plain\r\n\r\n林\r\n--x--\r\n",
			header: as(partsType),
		}, "refused: Content-Type"},
		"parts, UTF-16": {sent{
			body:   "--x\r\nContent-Disposition: form-data; name=\"name\"\r\nContent-Type: text/plain; charset=utf-16\r\n\r\na\x00\r\n--x--\r\n",
			header: as(partsType),
		}, "refused: Content-Type"},
	})
}

// No bytes become a quote, a brace or another character than the declared charset says.
func TestCharsetTricks(t *testing.T) {
	gbk, gb18030 := as(jsonType+"; charset=gbk"), as(jsonType+"; charset=gb18030")
	list := attacks{
		"a quote behind half a pair":         {sent{body: "{\"name\":\"\x81\",\"id\":2,\"a\":\"\"}", header: gbk}, "refused: name"},
		"a quote behind half of four":        {sent{body: "{\"name\":\"\x81\x30\x81\",\"id\":2,\"a\":\"\"}", header: gb18030}, "refused: name"},
		"a backslash as the second byte":     {sent{body: "{\"name\":\"\x81\\\",\"id\":2}", header: gbk}, `{"id":2,"name":"乗"}`},
		"the byte 80":                        {sent{body: "{\"name\":\"\x80\"}", header: gbk}, `{"name":"€"}`},
		"the byte ff":                        {sent{body: "{\"name\":\"\xff\"}", header: gbk}, "refused: name"},
		"the replacement character":          {sent{body: "{\"name\":\"\x84\x31\xa4\x37\"}", header: gb18030}, "refused: name"},
		"beyond the last code point":         {sent{body: "{\"name\":\"\xe3\x32\x9a\x36\"}", header: gb18030}, "refused: name"},
		"overlong quote":                     {sent{body: "{\"name\":\"\xc0\xa2\"}", header: as(jsonType)}, "refused: name"},
		"overlong NUL in a form":             {sent{body: "name=%c0%80", header: as(formType)}, "refused: name"},
		"a surrogate in UTF-8":               {sent{body: "{\"name\":\"\xed\xa0\x80\"}", header: as(jsonType)}, "refused: name"},
		"UTF-16 without a label":             {sent{body: "{\x00}\x00", header: as(jsonType)}, "refused: body"},
		"UTF-16 with a mark":                 {sent{body: "\xff\xfe{\x00}\x00", header: as(jsonType)}, "refused: body"},
		"UTF-32":                             {sent{body: "{\x00\x00\x00}\x00\x00\x00", header: as(jsonType)}, "refused: body"},
		"a mark twice":                       {sent{body: "\uFEFF\uFEFF{}", header: as(jsonType)}, "refused: body"},
		"a mark of GB 18030":                 {sent{body: "\x84\x31\x95\x33{\"id\":1}", header: gb18030}, `{"id":1}`},
		"a mark of UTF-8 in GBK":             {sent{body: "\uFEFF{\"id\":1}", header: gbk}, "refused: body"},
		"a mark of UTF-8 before a GBK form":  {sent{body: "\uFEFFname=a", header: as(formType + "; charset=gbk")}, `{}`},
		"a mark within a key":                {sent{body: "{\"\uFEFFid\":2}", header: as(jsonType)}, `{}`},
		"the sign of UTF-7":                  {sent{body: `{"name":"+ACI-"}`, header: as(jsonType)}, `{"name":"+ACI-"}`},
		"an escape of ISO-2022":              {sent{body: "{\"name\":\"\x1b$B\"}", header: as(jsonType)}, "refused: name"},
		"a byte of a charset that is ASCII":  {sent{body: "name=%a2", header: as(formType + "; charset=big5")}, "refused: Content-Type"},
		"a charset within a charset's quote": {sent{body: `{}`, header: as(jsonType + `; charset="utf-8\"; charset=gbk"`)}, "refused: Content-Type"},
	}
	for _, label := range strings.Fields("utf-16 utf-16le utf-16be utf-32 utf-7 hz-gb-2312 hz iso-2022-cn iso-2022-jp iso-2022-kr ebcdic-cp-us ibm037 cesu-8 shift_jis scsu bocu-1 x-user-defined replacement") {
		list["charset "+label] = struct {
			sent
			want string
		}{sent{body: `{}`, header: as(jsonType + "; charset=" + label)}, "refused: Content-Type"}
	}
	check(t, list)
}

func TestPackedBodies(t *testing.T) {
	in := func(encodings ...string) http.Header {
		header := as(jsonType)
		header["Content-Encoding"] = encodings
		return header
	}
	document := `{"id":1}`
	check(t, attacks{
		"two members are one document":  {sent{body: packed(`{"id":1`, `}`), header: in("gzip")}, `{"id":1}`},
		"two documents in two members":  {sent{body: packed(document, `{"id":2}`), header: in("gzip")}, "refused: body"},
		"data after it":                 {sent{body: packed(document) + `{"id":2}`, header: in("gzip")}, "refused: body"},
		"zeros after it":                {sent{body: packed(document) + "\x00\x00\x00\x00", header: in("gzip")}, "refused: body"},
		"a wrong sum":                   {sent{body: strings.TrimSuffix(packed(document), packed(document)[len(packed(document))-8:]) + "12345678", header: in("gzip")}, "refused: body"},
		"not packed":                    {sent{body: document, header: in("gzip")}, "refused: body"},
		"packed but not said":           {sent{body: packed(document), header: in()}, "refused: body"},
		"packed twice":                  {sent{body: packed(packed(document)), header: in("gzip")}, "refused: body"},
		"packed twice, said":            {sent{body: packed(packed(document)), header: in("gzip, gzip")}, "refused: Content-Encoding"},
		"packed twice, in two headers":  {sent{body: packed(packed(document)), header: in("gzip", "gzip")}, "refused: Content-Encoding"},
		"gzip and identity":             {sent{body: packed(document), header: in("gzip", "identity")}, "refused: Content-Encoding"},
		"identity;q=0":                  {sent{body: document, header: in("identity;q=0")}, "refused: Content-Encoding"},
		"gzip;q=1":                      {sent{body: packed(document), header: in("gzip;q=1")}, "refused: Content-Encoding"},
		"deflate":                       {sent{body: document, header: in("deflate")}, "refused: Content-Encoding"},
		"a charset as encoding and GBK": {sent{body: "{\"name\":\"\xc1\xd6\"}", header: in("gbk")}, "refused: name"},
		"a bomb":                        {sent{body: packed(document + strings.Repeat(" ", 1<<20)), header: in("gzip")}, "refused: "},
		"a bomb of empty members":       {sent{body: packed(make([]string, 2000)...), header: in("gzip")}, `{}`},
	})
}

// An integer is the one that was sent, or none.
func TestCoercedIntegers(t *testing.T) {
	for literal, want := range map[string]string{
		`9007199254740993`: `9007199254740993`, `"9007199254740993"`: `9007199254740993`, `9223372036854775807`: `9223372036854775807`,
		`-9223372036854775808`: `-9223372036854775808`, `-0`: `-0`, `"-0"`: `-0`, `1.50e1`: `15`, `0e-400`: `0`, `-0.0`: `0`, `100e-2`: `1`, `"007"`: `7`,
		`9223372036854775808`: "", `"9223372036854775808"`: "", `-9223372036854775809`: "", `18446744073709551617`: "", `1e19`: "",
		`9007199254740992.0`: `9007199254740992`, `9007199254740993.0`: `9007199254740993`, `9007199254740991.4`: "", `1.00000000000000000001`: "", `0.99999999999999999999`: "",
		`1e-400`: "", `1e-99999`: "", `1e99999`: "", `1e999999999999`: "", `1.5`: "", `"1.5"`: "", `"1.0"`: "", `"1e0"`: "", `true`: "", `"true"`: "",
		`"0x1"`: "", `"0b1"`: "", `"0o1"`: "", `"1_0"`: "", `"１"`: "", `"١"`: "", `"१"`: "", `"①"`: "", `"+1"`: "", `"−1"`: "", `"1L"`: "", `"\u00a01"`: "",
		`"\u30001"`: "", `"1\u200b"`: "", `"1\u0000"`: "", `"1 1"`: "", `[1]`: "", `{"id":1}`: "", `"Infinity"`: "", `"NaN"`: "", `" 1 "`: `1`,
	} {
		expected := `{"id":` + want + `}`
		if want == "" {
			expected = "refused: id"
		}
		if got := attack(t, sent{body: `{"id":` + literal + `}`, header: as(jsonType)}); got != expected {
			t.Errorf("JSON %s: %s, want %s", literal, got, expected)
		}
	}
	for text, want := range map[string]string{"1": `{}`, "-1": `{}`, "%31": `{}`, "01": "", "+1": "", "%2B1": "", "1.0": "", "1e0": "", "0x1": "", "%EF%BC%91": "", "true": "", "9223372036854775808": "", "9007199254740993": `{}`} {
		for place, s := range map[string]sent{
			"page": {target: "/users/1?page=" + text}, "id": {target: "/users/" + text},
		} {
			expected := want
			if want == "" {
				expected = "refused: " + place
			}
			s.body, s.header = `{}`, as(jsonType)
			if got := attack(t, s); got != expected {
				t.Errorf("%s %s: %s, want %s", place, text, got, expected)
			}
		}
	}
	for _, escaped := range []string{"%2e%2e", "1%00", "1%2F..", "..%2f1", "1%3Fa", "1%23", "%2531", "1;a=b", "%C0%B1"} {
		if got := attack(t, sent{target: "/users/" + escaped, body: `{}`, header: as(jsonType)}); got != "refused: id" {
			t.Errorf("path %s: %s", escaped, got)
		}
	}
}

func TestBombsOfParts(t *testing.T) {
	heading := "--x\r\nContent-Disposition: form-data; name=\"f%d\"\r\n"
	many := ""
	for i := range 201 {
		many += fmt.Sprintf(heading, i) + "\r\n\r\n"
	}
	check(t, attacks{
		"201 parts":            {sent{body: many + "--x--\r\n", header: as(partsType)}, "refused: body"},
		"a thousand headers":   {sent{body: fmt.Sprintf(heading, 1) + strings.Repeat("A: b\r\n", 9000) + "\r\na\r\n--x--\r\n", header: as(partsType)}, `{}`},
		"a header that is cut": {sent{body: "--x\r\nContent-Disposition: form-data; name=\"id\"", header: as(partsType)}, "refused: body"},
		"boundaries alone":     {sent{body: strings.Repeat("--x\r\n", 10000), header: as(partsType)}, "refused: body"},
	})
}
