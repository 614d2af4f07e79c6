// Package request reads HTTP requests as an OpenAPI 3.0 document describes them.
// It checks parameters and bodies (JSON and urlencoded forms) once, strictly, and
// hands the checked value on to the strict server that oapi-codegen generates for
// Echo. What a caller's framework reads more leniently is said by Rules.
//
// New takes any document; the package knows nothing else of the program. Every
// refusal is an *apierr.Error that names the field and the reason.
package request
