// Package console is the console's built files. Its source is beside it, in TypeScript; make console
// builds it.
package console
