// Package storetest contains the tests that every engine of package store must pass,
// and helpers of tests.
package storetest
