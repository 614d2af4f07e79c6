// Package idgen makes the internal ids of users, sessions and everything else.
package idgen
