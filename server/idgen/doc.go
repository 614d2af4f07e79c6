// Package idgen generates the ids of users, sessions and other rows.
package idgen
