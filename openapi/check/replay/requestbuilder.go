package replay

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi/check/contract"
)

// The roles that examples are sent as.
const (
	RoleUser          = "user"
	RoleAdministrator = "administrator"
)

// Speaker has the tokens that requests carry.
type TokenSource interface {
	// Token is a live token of the role, "" where there is none to be had.
	Token(role string) (string, error)
	// Ended is a token whose session has been signed out, "" where there is none
	// to be had.
	Ended() (string, error)
}

// Provoker makes the requests that an operation answers with an example.
type RequestBuilder struct {
	Contract contract.Contract
	Fixtures Fixtures
	Speaker  TokenSource
}

// Requests are those that are answered with the case's example: the documented
// ones of that name where there are any, otherwise the ones that succeed, spoilt
// in the way the failure is about. With none comes the reason.
func (p RequestBuilder) Requests(c Case) (requests []contract.Request, reason string, err error) {
	if reason := p.Fixtures.skipped(c); reason != "" {
		return nil, reason, nil
	}
	if c.Status == "default" {
		return nil, "a fault of the server's own", nil
	}
	if spoil := spoilers[c.Example]; spoil != nil && !c.Operation.HasExample(c.Example) {
		requests, err = spoil(p, c)
	} else if c.Operation.HasExample(c.Example) && (c.Example != "ok" || c.succeeds()) {
		requests, err = p.authorised(c, c.Example)
	}
	switch {
	case err == nil && len(requests) == 0:
		reason = whyNot(c)
	case err == nil && strings.Contains(requests[0].Path, "{"):
		return nil, "the document has no example for a parameter of the path", nil
	}
	return requests, reason, err
}

// reasons say why an example takes more than a request from outside.
var reasons = map[string]string{
	"token_expired":     "takes a token that has expired",
	"session_ended":     "takes a session that has been signed out",
	"session_replaced":  "takes a sign-in on another device",
	"replaced":          "takes a sign-in on another device",
	"refresh_reused":    "takes a pair of tokens that was used before",
	"too_many_requests": "takes more requests than anybody should send",
	"unavailable":       "a fault of the server's own",
	"unauthenticated":   "the server may let anybody in",
}

func whyNot(c Case) string {
	if reason := reasons[c.Example]; reason != "" {
		return reason
	}
	return "the document has no request for it"
}

// authorised are the documented requests of a name, as whoever they are about.
func (p RequestBuilder) authorised(c Case, name string) ([]contract.Request, error) {
	token := ""
	if speaks(c.Operation) {
		var err error
		if token, err = p.Speaker.Token(p.Fixtures.role(c)); err != nil {
			return nil, err
		}
	}
	return p.carrying(c, name, token), nil
}

// speaks says whether a token is sent with the operation.
func speaks(o contract.Operation) bool { return o.Security != nil && len(*o.Security) > 0 }

// carrying are the documented requests of a name with that token, or with the
// documented one where it is "" and travels in the body.
func (p RequestBuilder) carrying(c Case, name, token string) []contract.Request {
	field := bodyCredential(c.Operation)
	fill := p.Fixtures.fill(c.Operation.OperationID, name)
	all := c.Operation.Filled(name, func(key string, documented any) any {
		if key == field && token != "" {
			return token
		}
		return fill(key, documented)
	})
	for i := range all {
		p.Contract.Authorise(&all[i], c.Operation, token, p.Fixtures.Application)
	}
	return all
}

// bodyCredential is the field of the body that a token may travel in.
func bodyCredential(o contract.Operation) string {
	field, _ := o.Extensions["x-credential-body"].(string)
	return field
}

// spoiler makes the requests of a failure. None says that it cannot.
type spoiler func(p RequestBuilder, c Case) ([]contract.Request, error)

var spoilers map[string]spoiler

func init() {
	spoilers = map[string]spoiler{
		"invalid_field":          changed(lacking),
		"malformed_body":         withBody(func(string) string { return "{" }, func(string) string { return "a=%zz" }),
		"duplicate_field":        withBody(func(f string) string { return fmt.Sprintf(`{%q:"1",%q:"1"}`, f, f) }, func(f string) string { return f + "=1&" + f + "=1" }),
		"misspelled_field":       withBody(func(f string) string { return fmt.Sprintf(`{%q:"1"}`, title(f)) }, func(f string) string { return title(f) + "=1" }),
		"body_too_large":         withBody(func(string) string { return `"` + tooMuch() + `"` }, func(string) string { return "a=" + tooMuch() }),
		"unsupported_media_type": changed(foreignMedia),
		"headers_too_large":      changed(longHeader),
		"unauthenticated":        anonymous,
		"unknown_application":    changed(unknownApplication),
		"session_ended":          signedOut,
		notModified:              changed(alreadyHeld),
	}
}

// tooMuch is larger than a body may be.
func tooMuch() string { return strings.Repeat("a", 70_000) }

func title(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// changed spoils the first request that succeeds.
func changed(spoil func(p RequestBuilder, o contract.Operation, made *contract.Request)) spoiler {
	return func(p RequestBuilder, c Case) ([]contract.Request, error) {
		made, err := p.succeeding(c)
		if err != nil {
			return nil, err
		}
		spoil(p, c.Operation, &made)
		return []contract.Request{made}, nil
	}
}

func (p RequestBuilder) succeeding(c Case) (contract.Request, error) {
	all, err := p.authorised(c, "ok")
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%s has no example ok", c.Operation.OperationID)
	}
	if err != nil {
		return contract.Request{}, err
	}
	return all[0], nil
}

// lacking leaves out what is required, or sends a parameter that cannot be.
func lacking(_ RequestBuilder, o contract.Operation, made *contract.Request) {
	if o.RequestBody != nil {
		made.Body = ""
		if made.Header.Get("Content-Type") == contract.MediaJSON {
			made.Body = "{}"
		}
	}
	for _, parameter := range o.Parameters {
		if parameter.Value.In == openapi3.ParameterInPath {
			made.Path = strings.ReplaceAll(o.Path, "{"+parameter.Value.Name+"}", strings.Repeat("x", 200))
		}
		made.Query.Del(parameter.Value.Name)
		if schema := parameter.Value.Schema; schema != nil && schema.Value.Type.Is(openapi3.TypeArray) {
			made.Query.Set(parameter.Value.Name, "nobody")
		}
	}
}

// withBody breaks every form of the body; the writers get a field's name.
func withBody(inJSON, inForm func(field string) string) spoiler {
	return func(p RequestBuilder, c Case) (all []contract.Request, err error) {
		if c.Operation.RequestBody == nil {
			return nil, nil
		}
		content := c.Operation.RequestBody.Value.Content
		for _, mediaType := range slices.Sorted(maps.Keys(content)) {
			fields := slices.Sorted(maps.Keys(contract.Strict(content[mediaType].Schema.Value).Properties))
			if len(fields) == 0 {
				continue
			}
			made, err := p.succeeding(c)
			if err != nil {
				return nil, err
			}
			write := inForm
			if mediaType == contract.MediaJSON {
				write = inJSON
			}
			made.Header.Set("Content-Type", mediaType)
			made.Body = write(fields[0])
			all = append(all, made)
		}
		return all, nil
	}
}

func foreignMedia(_ RequestBuilder, _ contract.Operation, made *contract.Request) {
	made.Header.Set("Content-Type", "text/plain")
	made.Body = "hello"
}

// alreadyHeld asks for what the caller has, whatever that is (RFC 9110, 13.1.2).
func alreadyHeld(_ RequestBuilder, _ contract.Operation, made *contract.Request) {
	made.Header.Set("If-None-Match", "*")
}

func longHeader(_ RequestBuilder, _ contract.Operation, made *contract.Request) {
	made.Header.Set("X-Long", strings.Repeat("a", 20_000))
}

func unknownApplication(p RequestBuilder, o contract.Operation, made *contract.Request) {
	for _, scheme := range p.Contract.Credentials(o) {
		if scheme.Extensions["x-credential"] == "application" {
			made.Header.Set(scheme.Name, "nobody")
		}
	}
}

// anonymous sends what succeeds without its token, where one is needed.
func anonymous(p RequestBuilder, c Case) ([]contract.Request, error) {
	field := bodyCredential(c.Operation)
	if !speaks(c.Operation) || field == "" && optional(c.Operation) {
		return nil, nil
	}
	fill := p.Fixtures.fill(c.Operation.OperationID, "ok")
	all := c.Operation.Filled("ok", func(key string, documented any) any {
		if key == field {
			return contract.Omit
		}
		return fill(key, documented)
	})
	for i := range all {
		p.Contract.Authorise(&all[i], c.Operation, "", p.Fixtures.Application)
	}
	return all, nil
}

// optional says whether the operation can be called without any credential.
func optional(o contract.Operation) bool {
	return slices.ContainsFunc(*o.Security, func(one openapi3.SecurityRequirement) bool { return len(one) == 0 })
}

// signedOut sends what succeeds with the token of a session that is over.
func signedOut(p RequestBuilder, c Case) ([]contract.Request, error) {
	if !speaks(c.Operation) {
		return nil, nil
	}
	token, err := p.Speaker.Ended()
	if err != nil || token == "" {
		return nil, err
	}
	return p.carrying(c, "ok", token), nil
}

// mayChange says whether the request is by POST and the like, and may change
// what the server knows.
func mayChange(r contract.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead
}
