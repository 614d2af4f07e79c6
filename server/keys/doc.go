// Package keys loads the secrets that must not be in the database from a folder,
// makes them there at the first start, and follows the rotation of those that
// sign JWTs.
//
// The folder holds `hmac.key`, 32 random bytes in base64, from which the keys of
// all symmetric purposes are derived, and `jwt-<number>.pem`, Ed25519 keys that
// sign JWTs; the highest number is the newest. Each says before its PEM block
// when it was made and from when it signs. One made by hand (with umask 077,
// `openssl genpkey -algorithm ed25519 -out jwt-2.pem`) may leave that out: the
// file's time counts then. Servers of one database share one folder. How a
// rotation works is described in rotation.go.
package keys
