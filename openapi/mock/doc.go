// Package mock answers the operations of any OpenAPI document from its examples and
// schemas, and remembers what is created, changed, removed and uploaded.
package mock
