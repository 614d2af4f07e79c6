package contract

import (
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// fillDefaults fills in what a document may leave out, so that no other code handles
// its absence: the ids of operations, the security of the whole document, the charset of
// each JSON answer that its operation's tag states, and the names of single examples.
func fillDefaults(document *openapi3.T) {
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			if operation.OperationID == "" {
				operation.OperationID = method + " " + path
			}
			if operation.Security == nil && len(document.Security) > 0 {
				operation.Security = &document.Security
			}
			if operation.RequestBody != nil {
				nameExamples(operation.RequestBody.Value.Content, "ok")
			}
			for status, response := range operation.Responses.Map() {
				name := status
				if number, err := strconv.Atoi(status); err == nil && number < 400 {
					name = "ok"
				}
				nameExamples(response.Value.Content, name)
				if charset := charsetOf(document, operation); charset != "" {
					setCharset(response.Value.Content, charset)
				}
			}
		}
	}
}

// extensionCharset is the charset that JSON answers name, of a tag or a media type.
const extensionCharset = "x-charset"

// utf8Charset is the charset of JSON (RFC 8259 section 8.1).
const utf8Charset = "utf-8"

func charsetOf(document *openapi3.T, operation *openapi3.Operation) string {
	for _, name := range operation.Tags {
		if tag := document.Tags.Get(name); tag != nil {
			charset, _ := tag.Extensions[extensionCharset].(string)
			return charset
		}
	}
	return ""
}

func setCharset(content openapi3.Content, charset string) {
	for mediaType, media := range content {
		if strings.HasSuffix(mediaType, "json") {
			media.Extensions = map[string]any{extensionCharset: charset}
		}
	}
}

func nameExamples(content openapi3.Content, name string) {
	for _, media := range content {
		if media.Example != nil && len(media.Examples) == 0 {
			media.Examples = openapi3.Examples{name: &openapi3.ExampleRef{Value: &openapi3.Example{Value: media.Example}}}
			media.Example = nil // a document may have one or the other
		}
	}
}
