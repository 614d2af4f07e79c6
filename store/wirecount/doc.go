// Package wirecount counts what programs send to PostgreSQL and MariaDB: a proxy between
// the two reads the protocol.
package wirecount
