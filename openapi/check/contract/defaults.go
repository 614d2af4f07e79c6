package contract

import (
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// fillDefaults fills in what a document may leave out, so that no other code handles
// its absence: the ids of operations, the security of the whole document, and the
// names of single examples.
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
			}
		}
	}
}

func nameExamples(content openapi3.Content, name string) {
	for _, media := range content {
		if media.Example != nil && len(media.Examples) == 0 {
			media.Examples = openapi3.Examples{name: &openapi3.ExampleRef{Value: &openapi3.Example{Value: media.Example}}}
		}
	}
}
