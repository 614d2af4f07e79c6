// Package matrix holds a client by each generator, raw. Its test, run by make sdk-matrix, starts
// a demonstration, generates a client with each tool from the rendering for clients, compiles
// it, calls the server with it, and compares what was reached with the tables of README.md
// and README.zh-CN.md.
//
// A row is a folder LANGUAGE/TOOL with an executable row.sh and the calling program. What the
// rows of a language share lies in the folder of the language, there also the file tools with
// a line "COMMAND  how to install it" for each command that must be there. row.sh runs in its
// folder and finds in its environment:
//
//	CONTRACT       the rendering for clients, in YAML
//	CONTRACT_JSON  the same in JSON
//	BASE_URL       the demonstration, reset before each row
//	WORK           an empty folder to generate into: CACHE/work/TOOL
//	CACHE          a folder that stays, for the packages of the language: bin/matrix/LANGUAGE
//
// The tool gets the input, the output and the choice of a generator, a library and a package's
// name, and nothing else; its output is not edited. row.sh writes these lines to standard
// output as far as it comes, and everything else to standard error, which is shown if it fails:
//
//	version 7.26.0   of the tool
//	generates
//	compiles         with all generated files and the calling program
//	calls 5/5        of the five dialects, one call each with its typed answer
//	failures 5/5     one refused call each, its body read by the generated type
//	note: …          what a reader must know, if anything
//	note-zh: …       the same in Chinese
//
// It ends with status 0 if all of it is as expected. A row that reaches less, because its tool
// is at fault, writes both notes, and has a file reproduction.yaml, a small document with which the
// row shows the fault.
package matrix
