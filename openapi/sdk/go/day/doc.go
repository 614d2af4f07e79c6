// Command day does a day's work against a Quartet server in demonstration, with
// the generated Go client alone. It ends with status 1 at the first surprise.
package main
