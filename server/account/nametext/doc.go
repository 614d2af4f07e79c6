// Package nametext judges names by what a reader of them sees: which scripts they are
// written in (UTS 39, section 5) and which of their characters are invisible.
package nametext
