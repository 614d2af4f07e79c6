// Package token makes and recognises the credentials a session is used with:
// opaque access and refresh tokens, and signed JWTs.
package token
