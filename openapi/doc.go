// Package openapi is the contract: the hand-written OpenAPI document, and the
// models and server interface generated from it.
package openapi

import _ "embed" // the document is served as it is written

// Document is the contract as written, in YAML.
//
//go:embed openapi.yaml
var Document []byte

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config ../oapi-config.yaml openapi.yaml
