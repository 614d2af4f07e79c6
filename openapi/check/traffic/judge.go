package traffic

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"

	"quartet/openapi/check/contract"
	"quartet/openapi/check/replay"
)

// judge compares an exchange with the document. failed says why there is no answer, "" where
// there is one.
func (p *Proxy) judge(in *received, a contract.Answer, failed string) {
	if in.route == nil {
		p.unknown(in)
		return
	}
	encoding := a.Header.Get("Content-Encoding")
	var unreadable []contract.Difference
	if strings.EqualFold(encoding, gzipped) && a.Text != "" {
		inside, err := inflated(a.Text)
		switch {
		case errors.Is(err, errLargeInside):
			p.unjudged("too large")
			return
		case err != nil:
			unreadable = []contract.Difference{{Where: "body", Documented: gzipped + ", as Content-Encoding says", Got: err.Error()}}
		}
		a.Text = inside
	} else if encoding != "" && !strings.EqualFold(encoding, "identity") {
		p.unjudged("encoded as " + encoding)
		return
	}
	sent := replay.Message{Method: in.method, Target: in.url.RequestURI(), Header: in.header, Body: in.text()}
	var findings []Finding
	add := func(of string, differences []contract.Difference) {
		for _, d := range differences {
			findings = append(findings, Finding{Operation: in.operation.OperationID, Status: a.Status, Of: of, Difference: d.Shaped()})
		}
	}
	switch {
	case failed != "":
		add("answer", []contract.Difference{{Where: "answer", Documented: "an answer", Got: failed}})
	case unreadable != nil:
		add("answer", unreadable)
	default:
		if p.spec.Succeeded(in.operation, a) {
			add("request", in.differences())
		}
		add("answer", replay.AnswerDifferences(p.spec, in.operation, sent, a, p.legacyStatus))
	}
	p.count(in, findings, func() replay.Exchange {
		return replay.Exchange{
			Operation: in.operation.OperationID, Status: strconv.Itoa(a.Status), Example: "traffic", Failed: failed,
			Request: sent, Answer: replay.Message{Status: a.Status, Header: a.Header, Body: a.Text},
		}
	})
}

// text is the body of the request, "" where there is none or it was not kept.
func (in *received) text() string {
	if in.body == nil {
		return ""
	}
	text, _ := in.body.text()
	return text
}

// differences are where the request is not as documented. A body that was not kept to its
// end, or is compressed, is not looked at.
func (in *received) differences() (all []contract.Difference) {
	request := &http.Request{Method: in.method, URL: &in.url, Header: in.header}
	request = request.WithContext(context.Background())
	isWhole := true
	if in.body != nil {
		var text string
		text, isWhole = in.body.text()
		isWhole = isWhole && in.header.Get("Content-Encoding") == ""
		request.Body = io.NopCloser(strings.NewReader(text))
	}
	err := openapi3filter.ValidateRequest(request.Context(), &openapi3filter.RequestValidationInput{
		Request: request, PathParams: in.path, Route: in.route,
		Options: &openapi3filter.Options{
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true, MultiError: true, ExcludeRequestBody: !isWhole,
		},
	})
	many, isMany := errors.AsType[openapi3.MultiError](err)
	if !isMany && err != nil {
		many = openapi3.MultiError{err}
	}
	for _, one := range many {
		all = append(all, requestDifferences(one)...)
	}
	return all
}

// requestDifferences says where and why, in the words of the document and without the value.
func requestDifferences(err error) (all []contract.Difference) {
	about, isAbout := errors.AsType[*openapi3filter.RequestError](err)
	if !isAbout {
		return []contract.Difference{{Where: "body", Documented: "as documented", Got: "another form"}}
	}
	where := "body"
	if about.Parameter != nil {
		where = about.Parameter.In + " " + about.Parameter.Name
	}
	if unparsed, is := errors.AsType[*openapi3filter.ParseError](err); is {
		return []contract.Difference{{Where: where, Documented: typeOf(about), Got: cmp.Or(unparsed.Reason, "malformed")}}
	}
	_, isOfSchema := errors.AsType[*openapi3.SchemaError](err)
	if sent := mediaTypeOf(about); !isOfSchema && about.RequestBody != nil && about.RequestBody.Content.Get(sent) == nil && !errors.Is(err, openapi3filter.ErrInvalidRequired) {
		return []contract.Difference{{Where: "content type", Documented: mediaTypes(about.RequestBody), Got: strconv.Quote(sent)}}
	}
	if !isOfSchema {
		return []contract.Difference{{Where: where, Documented: "as documented", Got: cmp.Or(about.Reason, fmt.Sprint(about.Err))}}
	}
	for _, d := range contract.SchemaDifferences(about.Err) {
		if about.Parameter != nil {
			d.Where = where
		}
		all = append(all, d)
	}
	return all
}

// typeOf is the type of the parameter or body that a request got wrong.
func typeOf(about *openapi3filter.RequestError) string {
	if about.Parameter != nil && about.Parameter.Schema != nil {
		return strings.Join(about.Parameter.Schema.Value.Type.Slice(), " or ")
	}
	return cmp.Or(mediaTypeOf(about), "a body")
}

// mediaTypeOf is the one that was sent.
func mediaTypeOf(about *openapi3filter.RequestError) string {
	mediaType, _, _ := mime.ParseMediaType(about.Input.Request.Header.Get("Content-Type"))
	return mediaType
}

// mediaTypes are the documented ones.
func mediaTypes(body *openapi3.RequestBody) string {
	return strings.Join(slices.Sorted(maps.Keys(body.Content)), " or ")
}
