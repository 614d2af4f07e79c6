// Package keys loads the secrets that must not be in the database from a folder,
// creates them at the first start, and rotates the keys that sign JWTs.
//
// The folder contains `hmac.key`, 32 random bytes in base64, from which all symmetric
// keys are derived, and `jwt-<number>.pem`, keys that sign JWTs: RSA, P-256 or Ed25519;
// the highest number is the newest. Each states before its PEM block when it was created
// and from when it signs. A key made by hand (with umask 077, `openssl genpkey
// -algorithm ed25519 -out jwt-2.pem`) may leave that out: the file's modification time
// is used instead. Servers of one database share one folder. rotation.go describes the
// rotation.
package keys
