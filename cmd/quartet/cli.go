package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"

	"quartet/server/account"
	"quartet/server/dialect"
	"quartet/server/dialect/all"
)

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
	exitAtOnce = 130 // what shells say of a program that an interrupt ended
)

// grammar is the command line.
type grammar struct {
	Serve   serveCommand   `cmd:"" help:"Run the server."`
	Migrate migrateCommand `cmd:"" help:"Bring the database's tables to this program's version."`
	User    userCommands   `cmd:"" help:"Add, show and change users."`
	App     appCommands    `cmd:"" help:"Register the applications behind X-App-Id."`
	Org     orgCommands    `cmd:"" help:"Keep the organisations that users belong to."`
	Role    roleCommands   `cmd:"" help:"Keep the roles that users have in organisations."`
	Keys    keysCommands   `cmd:"" help:"Rotate the keys that sign JWTs."`
	Audit   auditCommand   `cmd:"" help:"Show who did what: sign-ins, sessions, passwords, users."`
	Health  healthCommand  `cmd:"" help:"Ask a running server whether it is ready; exit code 0 says yes."`
	Export  exportCommand  `cmd:"" help:"Write all facts to a file that any engine can take in."`
	Import  importCommand  `cmd:"" help:"Take in what quartet export wrote, or with --from the users of another back end."`
	Backup  backupCommand  `cmd:"" help:"Copy an SQLite database while the server runs."`
	Check   checkCommand   `cmd:"" help:"Hold the answers of any server against the contract, or against another server's."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// console is where a command reads and writes.
type console struct {
	in        io.Reader
	out, errs io.Writer
}

// usageError is a command line that cannot be right.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

// run is the whole program: it does what args say (without the program's name)
// until that is done or ctx ends, and gives the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	helped := false
	parser := parserOf(grammarFor(args),
		kong.Writers(out, errs),
		kong.Exit(func(int) { helped = true }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(&console{in: in, out: out, errs: errs}),
	)
	parsed, err := parser.Parse(args)
	switch {
	case helped:
		return exitDone
	case err != nil:
		fmt.Fprintf(errs, "quartet: %s\nRun \"%s --help\" for more information.\n", err, commandOf(err))
		return exitUsage
	}
	if err := parsed.Run(); err != nil {
		fmt.Fprintf(errs, "quartet: %s\n", sentence(err))
		return exitCode(err)
	}
	return exitDone
}

// grammarFor is the part of the grammar that args need: the command that they
// begin with, else all of it. To read all of it takes longer than anything else
// that a start does.
func grammarFor(args []string) any {
	for field := range reflect.TypeFor[grammar]().Fields() {
		if len(args) > 0 && args[0] == strings.ToLower(field.Name) {
			return reflect.New(reflect.StructOf([]reflect.StructField{field})).Interface()
		}
	}
	return &grammar{}
}

// newParser reads the whole grammar; options say how it is run.
func newParser(options ...kong.Option) *kong.Kong { return parserOf(&grammar{}, options...) }

func parserOf(commands any, options ...kong.Option) *kong.Kong {
	parser, err := kong.New(commands, append([]kong.Option{
		kong.Name("quartet"),
		kong.Description("One account server that speaks the response envelopes of five API documents."),
		kong.DefaultEnvars("QUARTET"),
		kong.Vars{"audit_kinds": strings.Join(account.AuditKinds(), ", ")},
		dialectNames(all.Dialects),
		tuningGroups, tuningDefaults(), tuningMappers(),
		kong.ConfigureHelp(kong.HelpOptions{NoExpandSubcommands: true, WrapUpperBound: 110}),
	}, options...)...)
	if err != nil {
		panic(err) // a mistake in the grammar, which every test would meet
	}
	return parser
}

// dialectNames are what flags that take dialects list as ${dialects}.
func dialectNames(dialects dialect.List) kong.Vars {
	return kong.Vars{"dialects": strings.Join(dialects.Names(), ",")}
}

func exitCode(err error) int {
	if _, usage := errors.AsType[usageError](err); usage {
		return exitUsage
	}
	if _, unrun := errors.AsType[notRunError](err); unrun {
		return exitUsage
	}
	return exitFailed
}

// commandOf is the command that a faulty command line got as far as.
func commandOf(err error) string {
	failed, ok := errors.AsType[*kong.ParseError](err)
	if !ok || failed.Context == nil || failed.Context.Selected() == nil {
		return "quartet"
	}
	return failed.Context.Selected().FullPath()
}
