// Package openapi is the contract: the hand-written OpenAPI document, and the
// models and server interface generated from it.
package openapi

import _ "embed" // the document is served as it is written

// Document is the contract as written, in YAML.
//
//go:embed openapi.yaml
var Document []byte

// Requests is what the contract says of requests, in JSON: the document without
// its answers, examples and prose. A server reads it at its start in a tenth of
// the time that the whole document takes.
//
//go:embed requests.gen.json
var Requests []byte

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config ../oapi-config.yaml openapi.yaml
//go:generate go test -count=1 -run TestRequestsAreUpToDate . -args -update
