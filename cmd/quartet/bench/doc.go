// Command bench measures how fast the server is beside a bare program that
// issues the same SQL over net/http and database/sql and checks nothing. `make
// bench` runs it; README.md says what it measures and how.
package main
