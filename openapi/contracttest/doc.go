// Package contracttest replays every example of the contract against the real
// program on a real database. It holds nothing but tests.
package contracttest
