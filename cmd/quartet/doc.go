// Command quartet is the program: it serves the account server, and looks after
// its database from the command line. It wires the rooms together and holds no
// rule of its own. deploy/ has examples of how to run it, which its tests hold to
// the program.
package main

//go:generate go test -count=1 -run TestOptionsPageIsUpToDate . -args -update
