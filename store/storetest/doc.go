// Package storetest holds the one suite that every engine of package store must
// pass, and opens stores for tests.
package storetest
