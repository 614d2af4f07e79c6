// Package contract holds answers against the contract more strictly than any
// client would, and makes requests of its examples.
package contract
