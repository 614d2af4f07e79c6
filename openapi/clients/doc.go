// Package clients runs real clients against the program: HTTP libraries as published, and
// request layers rewritten to behave like those of published front ends. Its test, run by make
// test-clients, starts the program twice, with honest status and with --legacy-status,
// and writes the tables of README.md and README.zh-CN.md: which client works, and which option it needs.
//
// A family is a folder with a program, an entry in the list of families_test.go, and a
// heading with the marks <!-- name --> and <!-- /name --> in README.md and
// README.zh-CN.md. make test-clients UPDATE=true fills the marks; the table of the
// project's README only when all families run. The program finds the servers in its
// environment:
//
//	QUARTET_HONEST         a demonstration, such as http://127.0.0.1:41003
//	QUARTET_LEGACY         the same with --legacy-status of all dialects
//	QUARTET_PAGE_ORIGIN    the origin of web pages that both servers allow
//	QUARTET_OTHER_ORIGIN   an origin that neither allows
//	QUARTET_EXPIRE         POST to it with ?mode=honest or ?mode=legacy makes all access
//	                       tokens of that server expire
//
// Both servers answer under the base paths /jeecg-boot, /prod-api, /dev-api, /admin-api
// and /app-api too. The program writes one line of JSON for each step to standard output:
//
//	{"client":"axios 1.x","mode":"honest","operation":"signInByMobile","case":"wrong code",
//	 "works":true,"want":"the message","saw":"验证码错误或已失效"}
//
// client is a row of the README's table; operation is an operationId of the contract; mode
// is honest, legacy, or both where the status line does not matter. A client needs nothing
// if it works in both modes, an option if in one, and the test fails if in none. The
// optional list needs names further options that the step depends on. A program that
// cannot run a step ends with a status other than 0.
//
// The demonstration is reset before each program, and by the program itself with
// POST /demo/reset whenever it wants.
package clients
