// Package seal keeps a personal fact unreadable in the database, and findable
// there without being readable.
package seal
