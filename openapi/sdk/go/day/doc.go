// Command day runs through a day's calls against a Quartet server in demonstration,
// with the generated Go client alone. It exits with status 1 at the first unexpected
// response.
package main
