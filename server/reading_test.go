package server_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"quartet/server"
	"quartet/server/account"
	"quartet/store"
)

// Bodies of clients of the frameworks, which their servers take and the schemas do not.
func TestRequestsOfTheFrameworksClients(t *testing.T) {
	w := newWorld(t, openRegistration)
	id := w.add("tao.ran", store.RoleMember)
	jwt := w.jwt("tao.ran")
	code := w.code(mobile, "sign_in")
	if code[0] == '0' { // not a number in JSON
		code = `"` + code + `"`
	}
	signIn := fmt.Sprintf(`{"companyType":"0","productType":"","mobile":%s,"validateNo":%s,"source":null}`, mobile, code)
	change := fmt.Sprintf(`{"id":"%d","zipcode":310000,"gender":1,"birthday":967596032000}`, id)

	signedIn := requireOK(t, w.postJSON("/auth/mobile/login", signIn)).body["data"].(map[string]any)
	if user := signedIn["userInfo"].(map[string]any); user["mobile"] != mobile || user["companyType"] != 0.0 {
		t.Errorf("userInfo %v", user)
	}
	sessions := requireOK(t, w.get("/auth/sessions", "Authorization", value(signedIn, "accessToken")))
	if product := sessions.body["data"].([]any)[0].(map[string]any)["productType"]; product != nil {
		t.Errorf("an absent productType is stored as %v", product)
	}
	requireOK(t, w.postJSON("/user/refresh", `{"frontType":"1","token":null}`, "token", jwt))
	requireOK(t, w.postJSON("/user/refresh?_t=1&sign=x", `{"frontType":"1","captcha":"x","uuid":null}`, "token", jwt))
	requireOK(t, w.postJSON("/user/refresh", `{"frontType":1,"FrontType":9}`, "token", jwt))
	requireOK(t, w.postJSON("/api/user/update", change, "Jwt", jwt))
	user := requireOK(t, w.get(fmt.Sprintf("/api/user/detail?id=%d", id), "Jwt", jwt)).body["user"].(map[string]any)
	if user["zipcode"] != "310000" || user["gender"] != "男" || user["birthday"] != "2000-08-30 08:40:32" {
		t.Errorf("user %v", user)
	}
	for _, birthday := range []string{`"2000-08-30T00:40:32Z"`, `"2000/08/30"`, `"2000-08-30 09:20"`} {
		requireOK(t, w.postJSON("/api/user/update", fmt.Sprintf(`{"id":%d,"birthday":%s}`, id, birthday), "Jwt", jwt))
	}

	strict := newWorld(t, strictInput)
	strict.add("tao.ran", store.RoleMember)
	jwt = strict.jwt("tao.ran")
	requireOK(t, strict.postJSON("/api/user/login", `{"loginAccount":"tao.ran","password":"`+goodPassword+`"}`))
	header := []string{"Jwt", jwt, "token", jwt}
	for sent, named := range map[[2]string]string{
		{"/user/refresh", `{"frontType":"1"}`}:                                          "frontType",
		{"/user/refresh", `{"frontType":1,"token":null}`}:                               "token",
		{"/user/refresh", `{"frontType":1,"captcha":"x"}`}:                              "captcha",
		{"/user/refresh?sign=x", `{"frontType":1}`}:                                     "sign",
		{"/auth/mobile/login", signIn}:                                                  "companyType",
		{"/auth/mobile/code", `{"mobile":13900001111}`}:                                 "mobile",
		{"/auth/mobile/login", `{"mobile":"13900001111","productType":""}`}:             "productType",
		{"/auth/mobile/login", `{"mobile":"13900001111","source":null}`}:                "source",
		{"/auth/mobile/login", `{"mobile":"13900001111","validateNo":246135}`}:          "validateNo",
		{"/api/user/update", `{"id":"1"}`}:                                              "id",
		{"/api/user/update", `{"id":1,"zipcode":310000}`}:                               "zipcode",
		{"/api/user/update", `{"id":1,"gender":1}`}:                                     "gender",
		{"/api/user/update", `{"id":1,"birthday":967596032000}`}:                        "birthday",
		{"/api/user/update", `{"id":1,"birthday":"2000/08/30"}`}:                        "birthday",
		{"/account_api/wechat/user/getUserInfo", `{"code":"a","appid":"x"}`}:            "appid",
		{"/account_api/wechat/user/getUserInfo?_t=1", `{"code":"a"}`}:                   "_t",
		{"/account_api/wechat/user/getUserInfo", `{"code":12}`}:                         "code",
		{"/api/user/update", `{"id":1,"nickname":"a","Nickname":"b"}`}:                  "Nickname",
		{"/account_api/wechat/user/getUserInfo", `{"code":true}`}:                       "code",
		{"/account_api/wechat/user/getUserInfo", "\uFEFF" + `{"code":"4002900000000"}`}: "body",
	} {
		got := strict.postJSON(sent[0], sent[1], header...)
		message := fmt.Sprint(got.body["message"], got.body["msg"])
		if got.status != http.StatusBadRequest || !strings.Contains(message, named) {
			t.Errorf("%v, strictly: %d %s, want %s named", sent, got.status, got.text, named)
		}
	}
	requireFailure(t, "cas", strict.get("/user/info?userId=1&accessToken="+jwt+"&_t=1", "X-App-Id", "1"), http.StatusBadRequest, "_t")
	requireFailure(t, "jfinal", strict.postForm("/api/user/login", url.Values{"loginAccount": {"a"}, "password": {"b"}, "captcha": {"c"}}), http.StatusBadRequest, "captcha")
}

func gzipped(text string) string {
	var made bytes.Buffer
	writer := gzip.NewWriter(&made)
	_, _ = writer.Write([]byte(text))
	_ = writer.Close()
	return made.String()
}

func inGBK(t *testing.T, text string) string {
	t.Helper()
	made, err := simplifiedchinese.GBK.NewEncoder().String(text)
	must(t, err)
	return made
}

// parts is a multipart body of text fields, and its content type.
func parts(t *testing.T, fields map[string]string, header ...string) (contentType, body string) {
	t.Helper()
	var made bytes.Buffer
	writer := multipart.NewWriter(&made)
	for name, value := range fields {
		own := textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name=%q`, name)}}
		for name, value := range pairs(header) {
			own.Set(name, value)
		}
		part, err := writer.CreatePart(own)
		must(t, err)
		_, _ = part.Write([]byte(value))
	}
	must(t, writer.Close())
	return writer.FormDataContentType(), made.String()
}

// Every encoding of a body that is taken arrives as the same user.
func TestBodiesInOtherEncodings(t *testing.T) {
	w := newWorld(t)
	id := w.add("lin.wanqiu", store.RoleMember)
	jwt := w.jwt("lin.wanqiu")
	change := fmt.Sprintf(`{"id":%d,"realname":"林晚秋"}`, id)
	ascii := fmt.Sprintf(`{"id":%d,"realname":"\u6797\u665a\u79cb"}`, id)
	form := "user=" + url.QueryEscape(change)
	multipartType, multipartBody := parts(t, map[string]string{"user": change})
	mixedType, mixedBody := parts(t, map[string]string{"user": inGBK(t, change)}, "Content-Type", "text/plain; charset=GBK", "Content-Transfer-Encoding", "8bit")
	for name, c := range map[string]struct{ contentType, encoding, body string }{
		"utf8":                 {"application/json;charset=utf8", "", change},
		"quoted UTF-8":         {`application/json; charset="UTF-8"`, "", change},
		"latin1 over ASCII":    {"application/json; charset=ISO-8859-1", "", ascii},
		"ascii":                {"application/json; charset=us-ascii", "", ascii},
		"big5 over ASCII":      {formMedia + "; charset=Big5", "", "user=" + url.QueryEscape(ascii)},
		"GBK":                  {"application/json; charset=GBK", "", inGBK(t, change)},
		"gb2312":               {"application/json; charset=gb2312", "", inGBK(t, change)},
		"GB18030":              {"application/json; charset=GB18030", "", inGBK(t, change)},
		"GBK form":             {formMedia + "; charset=GBK", "", "user=" + url.QueryEscape(inGBK(t, change))},
		"byte order mark":      {"application/json", "", "\uFEFF" + change},
		"mark before a form":   {formMedia, "", "\uFEFF" + form},
		"encoding is UTF-8":    {"application/json", "UTF-8", change},
		"encoding is identity": {"application/json", "identity", change},
		"gzip":                 {"application/json", "gzip", gzipped(change)},
		"gzip of a GBK form":   {formMedia + ";charset=gbk", "x-gzip", gzipped("user=" + url.QueryEscape(inGBK(t, change)))},
		"multipart":            {multipartType, "", multipartBody},
		"multipart in GBK":     {mixedType, "", mixedBody},
		"JSON as a form":       {formMedia, "", change},
		"JSON as text":         {"text/plain;charset=UTF-8", "", change},
		"JSON as nothing":      {"", "", " " + change},
		"form of JSON":         {formMedia, "", form},
	} {
		requireOK(t, w.postJSON("/api/user/update", fmt.Sprintf(`{"id":%d,"realname":"x"}`, id), "Jwt", jwt))
		got := w.send(request{method: http.MethodPost, path: "/api/user/update", body: c.body, header: map[string]string{
			"Content-Type": c.contentType, "Content-Encoding": c.encoding, "Jwt": jwt,
		}})
		if got.status != http.StatusOK {
			t.Errorf("%s: %d %s", name, got.status, got.text)
			continue
		}
		user := requireOK(t, w.get(fmt.Sprintf("/api/user/detail?id=%d", id), "Jwt", jwt)).body["user"].(map[string]any)
		if user["realname"] != "林晚秋" {
			t.Errorf("%s: the name is %q", name, user["realname"])
		}
	}
}

func TestSignInWithTheFormsOfClients(t *testing.T) {
	w := newWorld(t)
	_, err := w.accounts.CommandLine().AddUser(t.Context(), account.AddedUser{
		NewUser: account.NewUser{Username: "lu.jiahe", Password: new("a;b=violet;otter")}, Role: store.RoleMember,
	})
	must(t, err)
	multipartType, multipartBody := parts(t, map[string]string{"loginAccount": "lu.jiahe", "password": "a;b=violet;otter"})
	for contentType, body := range map[string]string{
		formMedia:          "loginAccount=lu.jiahe&password=a;b=violet;otter",
		"application/json": `{"loginAccount":"lu.jiahe","password":"a;b=violet;otter"}`,
		"text/plain":       `{"loginAccount":"lu.jiahe","password":"a;b=violet;otter"}`,
		multipartType:      multipartBody,
	} {
		requireOK(t, w.send(request{method: http.MethodPost, path: "/api/user/login", body: body, header: map[string]string{"Content-Type": contentType}}))
	}
	target := "/api/user/login?loginAccount=lu.jiahe&password=" + url.QueryEscape("a;b=violet;otter")
	requireFailure(t, "jfinal", w.send(request{method: http.MethodPost, path: target}), http.StatusBadRequest, "loginAccount")
}

func TestCredentialsInTheQueryOnlyByOption(t *testing.T) {
	w := newWorld(t, func(_ *account.Config, o *server.Options) { o.FormInQuery = []string{"jfinal"} })
	id := w.add("tao.ran", store.RoleMember)
	post := func(target string, header ...string) answer {
		return w.send(request{method: http.MethodPost, path: target, header: pairs(header)})
	}
	requireOK(t, post("/api/user/login?loginAccount=tao.ran&password="+goodPassword))
	requireOK(t, w.postForm("/api/user/login?password=wrong", url.Values{"loginAccount": {"tao.ran"}, "password": {goodPassword}}))
	requireOK(t, w.postForm("/api/user/login?password="+goodPassword, url.Values{"loginAccount": {"tao.ran"}}))
	requireFailure(t, "jfinal", post("/api/user/login?loginAccount=tao.ran"), http.StatusBadRequest, "password")
	requireFailure(t, "jfinal", post("/api/user/login?loginAccount=a&loginAccount=b&password=c"), http.StatusBadRequest, "loginAccount")
	requireOK(t, post(fmt.Sprintf("/api/user/updatePassword?userId=%d&newPassword=%s&oldPassowrd=%s", id, otherPassword, goodPassword), "Jwt", w.jwt("tao.ran")))
	if _, err := server.New(server.Options{FormInQuery: []string{"toy"}}); err == nil {
		t.Error("an unknown dialect is taken")
	}
}

func TestRefusedEncodingsAreNamed(t *testing.T) {
	w := newWorld(t, openRegistration)
	right := `{"username":"tao.ran","password":"` + goodPassword + `"}`
	fileType, file := parts(t, map[string]string{"user": right, "picture": "x"}, "Content-Disposition", `form-data; name="picture"; filename="a.png"`)
	base64Type, base64 := parts(t, map[string]string{"user": "e30="}, "Content-Transfer-Encoding", "base64")
	big := strings.Repeat(" ", 10<<20)
	many := map[string]string{}
	for i := range 300 {
		many[fmt.Sprint("field", i)] = "x"
	}
	manyType, manyParts := parts(t, many)
	for name, c := range map[string]struct {
		contentType, encoding, body string
		status                      int
		named                       []string
	}{
		"type":                 {"text/xml", "", right, 415, []string{"Content-Type", jsonMedia, formMedia}},
		"no JSON as text":      {"text/plain", "", "user=x", 415, []string{"Content-Type", jsonMedia}},
		"charset":              {jsonMedia + "; charset=utf-16", "", right, 415, []string{"Content-Type", "charset=utf-8, gbk, gb18030"}},
		"HZ":                   {jsonMedia + "; charset=hz-gb-2312", "", right, 415, []string{"charset"}},
		"ISO-2022":             {jsonMedia + "; charset=iso-2022-jp", "", right, 415, []string{"charset"}},
		"UTF-7":                {jsonMedia + "; charset=utf-7", "", right, 415, []string{"charset"}},
		"latin1 beyond ASCII":  {jsonMedia + "; charset=iso-8859-1", "", "{\"username\":\"tao.ran\",\"nickname\":\"\xe9\"}", 415, []string{"charset=utf-8"}},
		"latin1 form":          {formMedia + "; charset=iso-8859-1", "", "user=%e9", 415, []string{"charset=utf-8"}},
		"deflate":              {jsonMedia, "deflate", right, 415, []string{"Content-Encoding", "gzip"}},
		"br":                   {jsonMedia, "br", right, 415, []string{"Content-Encoding", "gzip"}},
		"gzip twice":           {jsonMedia, "gzip, gzip", gzipped(gzipped(right)), 415, []string{"Content-Encoding"}},
		"not gzip":             {jsonMedia, "gzip", right, 400, []string{"body"}},
		"gzip cut off":         {jsonMedia, "gzip", gzipped(right)[:30], 400, []string{"body"}},
		"gzip bomb":            {jsonMedia, "gzip", gzipped(right + big), 413, []string{"64 KiB"}},
		"gzip bomb in members": {jsonMedia, "gzip", strings.Repeat(gzipped(strings.Repeat(" ", 60<<10)), 100), 413, []string{"64 KiB"}},
		"bytes not of GBK":     {jsonMedia + "; charset=gbk", "", "{\"username\":\"\xff\xff\"}", 400, []string{"username"}},
		"GBK form, not GBK":    {formMedia + "; charset=gbk", "", `user={"username":"%ff%ff"}`, 400, []string{"user"}},
		"bytes not of GB18030": {jsonMedia + "; charset=gb18030", "", "{\"username\":\"\x81\x30\x81\"}", 400, []string{"username"}},
		"duplicate after GBK":  {jsonMedia + "; charset=gbk", "", inGBK(t, `{"昵称":1,"昵称":2}`), 400, []string{"昵称"}},
		"a file":               {fileType, "", file, 400, []string{"picture", "string"}},
		"base64 part":          {base64Type, "", base64, 400, []string{"body"}},
		"300 parts":            {manyType, "", manyParts, 400, []string{"200"}},
		"two parts of a name":  {"multipart/form-data; boundary=x", "", "--x\r\n" + part("user", right) + "--x\r\n" + part("user", right) + "--x--\r\n", 400, []string{"user"}},
		"a part without name":  {"multipart/form-data; boundary=x", "", "--x\r\n\r\n{}\r\n--x--\r\n", 400, []string{"body"}},
		"no last boundary":     {"multipart/form-data; boundary=x", "", "--x\r\n" + part("user", right), 400, []string{"body"}},
		"no boundary":          {"multipart/form-data", "", "--x--", 400, []string{"body"}},
		"a mark within":        {jsonMedia, "", "{}\uFEFF", 400, []string{"body"}},
		"large part headers":   {"multipart/form-data; boundary=x", "", "--x\r\nX-Long: " + strings.Repeat("a", 80<<10), 413, []string{"64 KiB"}},
	} {
		got := w.send(request{method: http.MethodPost, path: "/api/user/create", body: c.body, header: map[string]string{
			"Content-Type": c.contentType, "Content-Encoding": c.encoding,
		}})
		t.Run(name, func(t *testing.T) { requireFailure(t, "jfinal", got, c.status, c.named...) })
	}
	if users, err := w.store.ListUsers(t.Context(), 0, 10); err != nil || len(users) > 0 {
		t.Errorf("users were created: %v, %v", users, err)
	}
}

func part(name, text string) string {
	return fmt.Sprintf("Content-Disposition: form-data; name=%q\r\n\r\n%s\r\n", name, text)
}

// A body that does not end is answered in the dialect, and the connection is closed.
func TestSlowBodies(t *testing.T) {
	w := newWorld(t, func(_ *account.Config, o *server.Options) { o.Limits.Time = 200 * time.Millisecond })
	for dialect, path := range map[string]string{
		"jeecg": "/user/refresh", "yudao": "/auth/mobile/login", "ruoyi": "/account_api/wechat/user/getUserInfo", "jfinal": "/api/user/login",
	} {
		connection, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
		must(t, err)
		start := time.Now()
		_, err = fmt.Fprintf(connection, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50000\r\n\r\n{", path)
		must(t, err)
		must(t, connection.SetReadDeadline(time.Now().Add(5*time.Second)))
		text, err := io.ReadAll(connection)
		if err != nil || !bytes.HasPrefix(text, []byte("HTTP/1.1 408 ")) || !bytes.Contains(text, []byte("请求体发送太慢，最多 200ms")) {
			t.Errorf("%s: %v %s", dialect, err, text)
		}
		if took := time.Since(start); took < 200*time.Millisecond || took > 3*time.Second {
			t.Errorf("%s: %s", dialect, took)
		}
		_ = connection.Close()
	}
	// A request after a body in time, on the same connection, is not limited by the first.
	client := http.Client{}
	for range 2 {
		got, err := client.Post(w.url+"/auth/mobile/code", jsonMedia, strings.NewReader(`{"mobile":"1"}`))
		must(t, err)
		_, _ = io.Copy(io.Discard, got.Body)
		_ = got.Body.Close()
		if got.StatusCode != http.StatusBadRequest {
			t.Errorf("status %d", got.StatusCode)
		}
		time.Sleep(300 * time.Millisecond)
	}
}
