// Package request parses and validates HTTP requests by an OpenAPI 3.0 document:
// parameters and bodies (JSON and urlencoded forms), once and strictly. It passes the
// validated values to the strict server that oapi-codegen generates for Echo. Rules take
// more than the document says, for a framework's clients; what they take is converted to
// the types of the schema before the validation.
//
// New accepts any document; the package depends on nothing else of the program. Every
// error is an *apierr.Error that names the field and the reason.
package request
