// Package dump writes the rows of a database to a file of JSON Lines and imports
// such a file into an empty database of any engine: a header, a line for each
// row, and a last line that proves that the file is complete. The keys of the
// installation are not part of it.
package dump
