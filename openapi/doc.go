// Package openapi is the contract: the hand-written OpenAPI document, and the
// models and server interface generated from it.
package openapi

import "embed"

// Document is the contract as written, in YAML.
//
//go:embed openapi.yaml
var Document []byte

// Pages are those that the document refers to by relative addresses, in Markdown; NAME.zh-CN.md is NAME.md in Chinese.
//
//go:embed TRANSCRIPTION*.md EXTENSIONS*.md
var Pages embed.FS

// Requests is the part of the contract that requests are checked by, in JSON: the
// document without its answers, examples and texts. It takes a server a tenth of
// the time to read that the whole document takes.
//
//go:embed requests.gen.json
var Requests []byte

// CodeSamples are calls of each operation in several languages, in YAML: lists for
// x-codeSamples by operationId.
//
//go:embed codesamples.gen.yaml
var CodeSamples []byte

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config ../oapi-config.yaml openapi.yaml
//go:generate go run ./internal/genrequests
//go:generate go run ./internal/codesamples/gen
