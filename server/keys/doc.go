// Package keys loads the secrets that must not be in the database from a folder,
// and makes them there at the first start.
//
// The folder holds `hmac.key`, 32 random bytes in base64, from which the keys of
// all symmetric purposes are derived, and `jwt-<number>.pem`, Ed25519 keys that
// sign JWTs; the highest number is the newest. To put a newer one beside them,
// run `openssl genpkey -algorithm ed25519 -out jwt-2.pem` in the folder with
// umask 077 and start the server again; remove the older file when the tokens
// it signed have expired. Servers of one database share one folder.
package keys
