//go:build tools

// Package tools pins the programs that generate code, so that everybody
// generates with the same version.
package tools

import _ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"
