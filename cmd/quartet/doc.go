// Command quartet is the program: it serves the account server, and looks after
// its database from the command line. It wires the rooms together and holds no
// rule of its own.
package main
