// Package quickhash protects the password hashes of other systems that can be guessed at
// quickly, as long as their owners have not signed in: they are stored sealed with a key
// that is not in the database, and a job wraps them in argon2id.
package quickhash
