// Package dump moves a database's facts as JSON Lines that no engine is
// part of: a header, a line for each row, and a last line that proves that
// nothing is missing. It knows no rule, and nothing of keys.
package dump
