// Package network tells which addresses count as one client, and as one network.
package network
