// Package apierr is the vocabulary of what can go wrong: symbols, the field
// concerned and the cause. It holds no numbers and no prose; package dialect
// gives a symbol its HTTP status, its number in each envelope and its words.
package apierr
