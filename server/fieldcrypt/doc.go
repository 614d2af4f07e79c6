// Package fieldcrypt keeps a personal fact unreadable in the database, and findable
// there without being readable.
package fieldcrypt
