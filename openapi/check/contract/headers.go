package contract

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// headerDifferences are the headers of an answer that are required and missing, whose
// value the schema does not allow, or that nothing documents and that hold what looks like a
// secret.
func headerDifferences(response *openapi3.Response, header http.Header) (all []Difference) {
	for _, name := range slices.Sorted(maps.Keys(response.Headers)) {
		documented, value := response.Headers[name].Value, header.Get(name)
		switch {
		case value == "" && documented.Required:
			all = append(all, Difference{"header " + name, "required", "missing"})
		case value != "" && documented.Schema != nil:
			for _, found := range schemaErrors(documented.Schema.Value.VisitJSON(headerValue(documented.Schema.Value, value))) {
				all = append(all, Difference{"header " + name, expected(found), Redact(name, value)})
			}
		}
	}
	for _, name := range UndocumentedHeaders(response, header) {
		if value := header.Get(name); MaskText(value) != value {
			all = append(all, Difference{"header " + name, "no such header", Redact(name, value)})
		}
	}
	return all
}

// headerValue is a header's text as the type of its schema.
func headerValue(schema *openapi3.Schema, text string) any {
	var value any
	isText := schema.Type == nil || schema.Type.Includes(openapi3.TypeString)
	if isText || json.Unmarshal([]byte(text), &value) != nil {
		return text
	}
	return value
}

// UndocumentedHeaders are the headers of an answer that the document does not have, without
// those that HTTP, browsers, a proxy or a network in front of the server add by themselves.
func UndocumentedHeaders(response *openapi3.Response, header http.Header) (names []string) {
	documented := map[string]bool{}
	for name := range response.Headers {
		documented[http.CanonicalHeaderKey(name)] = true
	}
	for name := range header {
		if !documented[http.CanonicalHeaderKey(name)] && !isGeneral(name) {
			names = append(names, http.CanonicalHeaderKey(name))
		}
	}
	slices.Sort(names)
	return names
}

// isGeneral reports whether HTTP, browsers or what stands before a server has the header.
func isGeneral(name string) bool {
	lower := strings.ToLower(name)
	return slices.Contains(generalHeaders, lower) ||
		slices.ContainsFunc(generalPrefixes, func(prefix string) bool { return strings.HasPrefix(lower, prefix) })
}

var generalHeaders = strings.Fields(`
	accept-ranges age alt-svc cache-control connection content-encoding content-language content-length content-type date etag
	expires keep-alive last-modified pragma proxy-connection server trailer transfer-encoding upgrade vary via warning

	content-security-policy content-security-policy-report-only nel origin-agent-cluster permissions-policy referrer-policy
	report-to reporting-endpoints server-timing strict-transport-security timing-allow-origin traceparent tracestate
	x-content-type-options x-dns-prefetch-control x-download-options x-frame-options x-permitted-cross-domain-policies
	x-powered-by x-ua-compatible x-xss-protection

	eagleid x-nws-log-uuid x-proxy-cache x-served-by x-timer x-varnish`)

var generalPrefixes = strings.Fields(`
	access-control- cross-origin-
	akamai- ali-swift- cdn- cf- fastly- x-accel- x-akamai- x-amz- x-amzn- x-azure- x-cache x-cdn x-edge- x-envoy- x-forwarded- x-kong- x-swift-`)
