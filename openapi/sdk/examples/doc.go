// Package examples holds quickstarts: small, complete projects to copy from. Its test, run by
// make test-examples, starts a demonstration and does what each quickstart's README says.
//
// A README has two blocks of commands, each beginning in the top folder of a checkout. The
// first installs, builds and runs the quickstart; where it serves a page it names the address,
// and goes on until it is stopped. The second is for another terminal meanwhile. The test puts
// its own addresses in place of those in the README. A block of text or JSON after the commands
// is what they print, and the file tools has a line "COMMAND  how to install it" for each
// command that must be there; $CHROMIUM is the browser.
package examples
