// Package store keeps Quartet's facts in a SQL database. It offers atomic verbs
// and knows no rule: every limit, moment and hash is an argument.
package store
