// Package client calls a Quartet server from Go. It is generated from the
// contract and imports nothing of the server.
package client

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config oapi-config.yaml ../../openapi.yaml
