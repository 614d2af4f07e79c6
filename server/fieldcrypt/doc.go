// Package fieldcrypt encrypts single database fields, and computes keyed hashes to look
// them up.
package fieldcrypt
