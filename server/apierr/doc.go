// Package apierr defines failures: their kind, the field concerned and the cause. It
// contains no numbers and no messages; package dialect maps each kind to its HTTP
// status, its number in each envelope and its message.
package apierr
