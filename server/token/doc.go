// Package token makes and verifies opaque access and refresh tokens and signed JWTs.
package token
