// Package fieldcrypt encrypts values of single database fields, and gives keyed
// hashes to find them by.
package fieldcrypt
