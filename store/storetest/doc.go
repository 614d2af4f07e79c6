// Package storetest holds the one suite that every engine of package store must
// pass, opens stores for tests, and writes single things into them.
package storetest
