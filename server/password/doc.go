// Package password hashes passwords, verifies them at a bounded cost to the
// machine, and says which ones are good enough.
package password
