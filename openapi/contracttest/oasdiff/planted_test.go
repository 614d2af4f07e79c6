package oasdiff

import "slices"

// contractChange is an edit, and what the report must say of it.
type contractChange struct {
	name, where, what string
	edit              func(d document)
}

// planted are the changes that break somebody. The first fourteen are those that oasdiff
// lets pass as it comes.
var planted = []contractChange{
	{"a schema is renamed", "components", "removed the schema `MobileUser`", func(d document) { d.renameSchema("MobileUser", "SignedInUser") }},
	{"a tag is renamed", "checkLoginStatus", "[api-tag-removed]", func(d document) { d.renameTag("yudao", "pro") }},
	{"an optional key of an answer goes", "postUserDetail", "[response-optional-property-removed]", func(d document) {
		d.removeProperty("User", "anonym")
	}},
	{"a documented failure goes", "verifyMobile", "[response-non-success-status-removed]", func(d document) {
		d.remove(child(d.operation("verifyMobile"), "responses"), "409")
	}},
	{"a pattern of a request is tightened", "verifyMobile", "[request-property-pattern-changed]", func(d document) {
		d.set(d.schema("Mobile"), "pattern", "^13[0-9]{9}$")
	}},
	{"x-query-too goes", "postUserDetail", "x-query-too was [id] and is gone", func(d document) {
		d.remove(d.operation("postUserDetail"), "x-query-too")
	}},
	{"x-access is tightened", "listSessions (GET /auth/sessions)", "x-access was signed-in and is now self-or-super-administrator", func(d document) {
		d.set(d.operation("listSessions"), "x-access", "self-or-super-administrator")
	}},
	{"a name of x-enum-varnames changes", "components/schemas", "FrontType/x-enum-varnames was", func(d document) {
		d.schema("FrontType")["x-enum-varnames"].([]any)[0] = "FrontMini"
	}},
	{"x-go-name changes", "components/schemas", "WeChatUserResponse/properties/CreationTime/x-go-name was", func(d document) {
		d.set(d.property("WeChatUserResponse", "CreationTime"), "x-go-name", "Created")
	}},
	{"a path parameter is renamed", "endSession", "the path is now /auth/sessions/{sessionId}", func(d document) {
		d.set(d.parameter("endSession", "id"), "name", "sessionId")
		d.move("endSession", "/auth/sessions/{sessionId}")
	}},
	{"the number of an error changes", "verifyMobile", "responses/409/content/application/json/examples/mobile_taken/value/code was", func(d document) {
		d.set(d.example("verifyMobile", "409", "mobile_taken"), "code", 1002003999)
	}},
	{"all answers `default` go", " more", "responses/default is gone", func(d document) {
		for o := range operations(d.node) {
			delete(child(o.node, "responses"), "default")
		}
	}},
	{"a link goes", "signInByMobile", "responses/200/links/check is gone", func(d document) {
		d.remove(child(d.response("signInByMobile", "200"), "links"), "check")
	}},
	{"an example goes", "signInByMobile", "examples/wrong_code is gone", func(d document) {
		d.remove(child(d.operation("signInByMobile"), "requestBody", "content", "application/json", "examples"), "wrong_code")
	}},

	{"an operation id goes", "", "[api-operation-id-removed]", func(d document) {
		d.everywhere("signOut", "endPresentSession")
	}},
	{"an operation goes", "signOut", "[api-path-removed-without-deprecation]", func(d document) { d.removeOperation("signOut") }},
	{"an operation moves", "signOut", "[api-path-removed-without-deprecation]", func(d document) { d.move("signOut", "/auth/leave") }},
	{"a required key of an answer goes", "signInByMobile", "[response-required-property-removed]", func(d document) {
		d.removeProperty("MobileUser", "nickName")
	}},
	{"a key of an answer may be absent", "signInByMobile", "[response-property-became-optional]", func(d document) {
		notRequired(d.schema("MobileUser"), "nickName")
	}},
	{"a key of an answer may be null", "signInByMobile", "[response-property-became-nullable]", func(d document) {
		d.property("MobileUser", "nickName")["nullable"] = true
	}},
	{"a key of an answer has another type", "signInByMobile", "[response-property-type-changed]", func(d document) {
		d.set(d.property("MobileUser", "companyType"), "type", "string")
		delete(d.property("MobileUser", "companyType"), "format")
	}},
	{"an answer has a value more", "getUserInfo", "[response-property-enum-value-added]", func(d document) {
		status := d.schema("CasStatus")
		status["enum"] = append(status["enum"].([]any), "busy")
		status["x-enum-varnames"] = append(status["x-enum-varnames"].([]any), "CasBusy")
	}},
	{"a field of a request becomes required", "sendMobileCode", "[request-property-became-required]", func(d document) {
		d.required("MobileCodeRequest", "purpose")
	}},
	{"a request has a new required field", "sendMobileCode", "[new-required-request-property]", func(d document) {
		child(d.schema("MobileCodeRequest"), "properties")["captcha"] = node{"type": "string"}
		d.required("MobileCodeRequest", "captcha")
	}},
	{"a field of a request goes", "sendMobileCode", "[request-property-removed]", func(d document) {
		d.removeProperty("MobileCodeRequest", "companyType")
	}},
	{"a request has a value less", "sendMobileCode", "[request-property-enum-value-removed]", func(d document) {
		purpose := d.schema("CodePurpose")
		purpose["enum"] = slices.Delete(purpose["enum"].([]any), 0, 1)
	}},
	{"a field of a request must be shorter", "signInByMobile", "[request-property-max-length-decreased]", func(d document) {
		d.set(d.property("MobileLoginRequest", "source"), "maxLength", 8)
	}},
	{"a body is no longer taken as a form", "refreshUser", "[request-body-media-type-removed]", func(d document) {
		d.remove(child(d.operation("refreshUser"), "requestBody", "content"), "application/x-www-form-urlencoded")
	}},
	{"a header parameter goes", "signInByMobile", "[request-parameter-removed]", func(d document) {
		d.removeParameter("signInByMobile", "X-Device-Number")
	}},
	{"a header parameter becomes required", "signInByMobile", "[request-parameter-became-required]", func(d document) {
		d.parameter("signInByMobile", "X-Device-Number")["required"] = true
	}},
	{"a query parameter is renamed", "getUserInfo", "[request-parameter-removed]", func(d document) {
		d.set(d.parameter("getUserInfo", "userId"), "name", "user")
	}},
	{"an example of a parameter goes", "endSession", "examples/session_not_found is gone", func(d document) {
		d.remove(child(d.parameter("endSession", "id"), "examples"), "session_not_found")
	}},
	{"a header of an answer goes", "refreshUser", "[optional-response-header-removed]", func(d document) {
		d.remove(child(d.response("refreshUser", "200"), "headers"), "Jwt")
	}},
	{"an answer 503 goes", "sendMobileCode", "[response-non-success-status-removed]", func(d document) {
		d.remove(child(d.operation("sendMobileCode"), "responses"), "503")
	}},
	{"an answer has another schema", "signOut", "instead of the schema DoneResponse", func(d document) {
		child(d.node, "components", "schemas")["SignedOutResponse"] = copied(d.schema("DoneResponse"))
		d.set(child(d.answer("signOut", "200"), "schema"), "$ref", toSchemas+"SignedOutResponse")
	}},
	{"the number of a success changes", "signOut", "examples/ok/value/code was 0 and is now 200", func(d document) {
		d.set(d.example("signOut", "200", "ok"), "code", 200)
	}},
	{"a credential is no longer taken", "listSessions", "[api-security-removed]", func(d document) {
		d.set(d.operation("listSessions"), "security", []any{node{"authorization": []any{}}})
	}},
	{"a credential travels in another header", "", "name", func(d document) {
		d.set(child(d.node, "components", "securitySchemes", "tokenHeader"), "name", "X-Token")
	}},
	{"x-credential-body goes", "refreshUser", "x-credential-body was token and is gone", func(d document) {
		d.remove(d.operation("refreshUser"), "x-credential-body")
	}},
	{"a rule of answers goes", "getUserInfo", "x-answer-rules was", func(d document) {
		o := d.operation("getUserInfo")
		d.set(o, "x-answer-rules", o["x-answer-rules"].([]any)[1:])
	}},
	{"x-lenient-reading changes", "signInByMobile", "x-lenient-reading was jackson and is now fastjson", func(d document) {
		d.set(d.operation("signInByMobile"), "x-lenient-reading", "fastjson")
	}},
	{"x-charset goes", "tags", "cas/x-charset was utf-8 and is gone", func(d document) { d.remove(d.tag("cas"), "x-charset") }},
	{"x-envelope changes", "tags", "yudao/x-envelope was", func(d document) {
		d.set(child(d.tag("yudao"), "x-envelope"), "message", "message")
	}},
	{"x-date changes", "components/schemas", "UserProfile/properties/birthday/x-date was", func(d document) {
		d.property("UserProfile", "birthday")["x-date"] = "yyyy-MM-dd"
	}},
	{"x-credential changes", "components/securitySchemes", "applicationId/x-credential was", func(d document) {
		d.set(child(d.node, "components", "securitySchemes", "applicationId"), "x-credential", "application-secret")
	}},
	{"a field gets a name in Go", "components/schemas", "MobileUser/properties/userName/x-go-name is now Login", func(d document) {
		d.property("MobileUser", "userName")["x-go-name"] = "Login"
	}},
	{"x-enum-varnames goes", "components/schemas", "CasStatus/x-enum-varnames was", func(d document) {
		d.remove(d.schema("CasStatus"), "x-enum-varnames")
	}},
	{"a word that nobody listed changes", "signOut", "x-colour was blue and is gone", func(document) {}},
	{"a link leads to another operation", "signInByMobile", "links/userDetail/operationId was getUserDetail", func(d document) {
		d.set(d.link("signInByMobile", "userDetail"), "operationId", "getUserInfo")
	}},
	{"a link passes another body", "signInByMobile", "links/slide/requestBody was", func(d document) {
		d.set(d.link("signInByMobile", "slide"), "requestBody", node{"token": "$response.body#/data"})
	}},
	{"a link passes a parameter less", "signInByMobile", "links/userDetail/parameters/id was", func(d document) {
		d.remove(child(d.link("signInByMobile", "userDetail"), "parameters"), "id")
	}},
	{"the server is another", "the document", "the server . is gone", func(d document) {
		d.node["servers"] = []any{node{"url": "https://account.example.com/v2"}}
	}},
	{"an operation has a server of its own", "signOut", "servers is now [https://account.example.com]", func(d document) {
		d.operation("signOut")["servers"] = []any{node{"url": "https://account.example.com"}}
	}},
	{"a credential beside none goes", "createUser", "security has no alternative [bearer] any more", func(d document) {
		list := d.operation("createUser")["security"].([]any)
		d.operation("createUser")["security"] = slices.DeleteFunc(list, func(one any) bool { return one.(node)["bearer"] != nil })
	}},
	{"a tag is no longer described", "the document", "tags/cas is gone", func(d document) {
		d.node["tags"] = slices.DeleteFunc(d.node["tags"].([]any), func(tag any) bool { return tag.(node)["name"] == "cas" })
	}},
	{"the media type of a failure is another", "getUserDetail", "responses/401/content/application/json is gone", func(d document) {
		content := child(d.response("getUserDetail", "401"), "content")
		content["application/problem+json"] = content["application/json"]
		delete(content, "application/json")
	}},
	{"a parameter is written otherwise", "getSpecAsYaml", "explode was true and is now false", func(d document) {
		d.parameter("getSpecAsYaml", "tag")["explode"] = false
	}},
	{"a field of a form is written otherwise", "introspectToken", "encoding is new", func(d document) {
		form := child(d.operation("introspectToken"), "requestBody", "content", "application/x-www-form-urlencoded")
		form["encoding"] = node{"token": node{"style": "spaceDelimited"}}
	}},
	{"a constant goes", "components/schemas", "CasStatus/enum has no error any more", func(d document) {
		d.set(d.schema("CasStatus"), "enum", []any{"success", "fail"})
	}},
	{"an integer of an answer is shorter", "components/schemas", "format was int64 and is now int32", func(d document) {
		d.set(d.schema("Id"), "format", "int32")
	}},
	{"the document has another version", "the document", "openapi was 3.0.3 and is now 3.1.0", func(d document) { d.set(d.node, "openapi", "3.1.0") }},
}

// given are, by the name of a planted change, what has to be in the contract before it.
var given = map[string]func(d document){
	"all answers `default` go": func(d document) {
		for o := range operations(d.node) {
			child(o.node, "responses")["default"] = node{"description": "a failure"}
		}
	},
	"x-date changes":                    func(d document) { d.property("UserProfile", "birthday")["x-date"] = "yyyy-MM-dd HH:mm:ss" },
	"a word that nobody listed changes": func(d document) { d.operation("signOut")["x-colour"] = "blue" },
}

// harmless are changes that break nobody.
var harmless = []contractChange{
	{name: "nothing", edit: func(document) {}},
	{name: "all descriptions", edit: func(d document) { d.rewritten() }},
	{name: "an optional field of a request", edit: func(d document) {
		child(d.schema("MobileCodeRequest"), "properties")["locale"] = node{"type": "string"}
	}},
	{name: "an optional key of an answer", edit: func(d document) {
		child(d.schema("MobileUser"), "properties")["gender"] = node{"type": "string"}
	}},
	{name: "a required key of an answer", edit: func(d document) {
		child(d.schema("MobileUser"), "properties")["gender"] = node{"type": "string"}
		d.required("MobileUser", "gender")
	}},
	{name: "an optional parameter", edit: func(d document) {
		o := d.operation("listSessions")
		o["parameters"] = []any{node{"name": "limit", "in": "query", "schema": node{"type": "integer"}}}
	}},
	{name: "an operation and a schema", edit: func(d document) {
		child(d.node, "components", "schemas")["Locked"] = node{"type": "object", "properties": node{"locked": node{"type": "boolean"}}}
		added := copied(d.operation("signOut")).(node)
		added["operationId"], added["x-access"] = "lock", "public"
		child(d.node, "paths")["/auth/lock"] = node{"post": added}
	}},
	{name: "a tag", edit: func(d document) { d.node["tags"] = append(d.node["tags"].([]any), node{"name": "news"}) }},
	{name: "a value of a request", edit: func(d document) {
		purpose := d.schema("CodePurpose")
		purpose["enum"] = append(purpose["enum"].([]any), "verify_email")
	}},
	{name: "a named value of a request", edit: func(d document) {
		kinds := d.schema("FrontType")
		kinds["enum"] = append([]any{3}, kinds["enum"].([]any)...)
		kinds["x-enum-varnames"] = append([]any{"FrontTablet"}, kinds["x-enum-varnames"].([]any)...)
	}},
	{name: "an example", edit: func(d document) {
		child(d.answer("signOut", "200"), "examples")["again"] = node{"value": node{"code": 0, "data": true, "msg": ""}}
	}},
	{name: "words of a failure", edit: func(d document) { d.set(d.example("verifyMobile", "409", "mobile_taken"), "msg", "手机号被占用") }},
	{name: "a link", edit: func(d document) {
		d.response("signOut", "200")["links"] = node{"health": node{"operationId": "getHealth"}}
	}},
	{name: "a documented failure", edit: func(d document) {
		child(d.operation("signOut"), "responses")["418"] = node{"description": "a teapot"}
	}},
	{name: "a header of an answer", edit: func(d document) {
		headers := copied(child(d.response("signOut", "200"), "headers")).(node)
		headers["X-Took"] = node{"schema": node{"type": "string"}}
		d.response("signOut", "200")["headers"] = headers
	}},
	{name: "a shared answer is written out", edit: func(d document) {
		responses := child(d.operation("verifyMobile"), "responses")
		responses["409"] = copied(resolved(d.node, child(responses, "409")))
	}},
	{name: "the order of allOf", edit: func(d document) { slices.Reverse(d.schema("User")["allOf"].([]any)) }},
	{name: "another rule of answers", edit: func(d document) {
		o := d.operation("getUserInfo")
		d.set(o, "x-answer-rules", append(slices.Clone(o["x-answer-rules"].([]any)), node{"at": "/code", "equals": 200}))
	}},
	{name: "wider access", edit: func(d document) { d.set(d.operation("endSession"), "x-access", "public") }},
	{name: "a further field in the query", edit: func(d document) {
		d.set(d.operation("refreshUser"), "x-query-too", []any{"token", "frontType"})
	}},
	{name: "words that pages alone show", edit: func(d document) {
		d.tag("cas")["x-displayName"] = "CAS"
		d.operation("signOut")["x-codeSamples"] = []any{node{"lang": "curl", "source": "curl"}}
	}},
}
