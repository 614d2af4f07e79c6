package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"

	"quartet/cmd/quartet/internal/admincmd"
	"quartet/cmd/quartet/internal/checkcmd"
	"quartet/cmd/quartet/internal/cli"
	"quartet/cmd/quartet/internal/completioncmd"
	"quartet/cmd/quartet/internal/dumpcmd"
	"quartet/cmd/quartet/internal/importcmd"
	"quartet/cmd/quartet/internal/mockcmd"
	"quartet/cmd/quartet/internal/openapicmd"
	"quartet/server/account"
	"quartet/server/dialect"
	"quartet/server/dialect/all"
)

// commands are the program's commands.
type commands struct {
	PrintVersion kong.VersionFlag `name:"version" env:"-" help:"Print the version."`

	Serve      serveCommand             `cmd:"" help:"Run the server."`
	Migrate    migrateCommand           `cmd:"" help:"Update the database's tables to this program's version."`
	User       admincmd.UserCommands    `cmd:"" help:"Administer users."`
	Session    admincmd.SessionCommands `cmd:"" help:"List and end sessions."`
	App        admincmd.AppCommands     `cmd:"" help:"Administer the applications that call the server with an X-App-Id."`
	Org        admincmd.OrgCommands     `cmd:"" help:"Administer the organisations that users belong to."`
	Role       admincmd.RoleCommands    `cmd:"" help:"Administer the roles that users have in organisations."`
	Keys       admincmd.KeysCommands    `cmd:"" help:"Administer the keys that sign JWTs."`
	Webhook    admincmd.WebhookCommands `cmd:"" help:"Administer the webhooks that audit events are sent to."`
	Audit      admincmd.AuditCommand    `cmd:"" help:"List audit events: sign-ins, sessions, password changes, changes of users."`
	Health     healthCommand            `cmd:"" help:"Check whether a running server is ready; exit code 0 if it is."`
	Export     dumpcmd.Export           `cmd:"" help:"Export a database to a file that can be imported into any supported database."`
	Import     importcmd.Command        `cmd:"" help:"Import a file written by quartet export, or with --from the user table of another system."`
	Backup     dumpcmd.Backup           `cmd:"" help:"Copy an SQLite database, also while the server runs."`
	Restore    dumpcmd.Restore          `cmd:"" help:"Put a backup in the place of an SQLite database. The server must be stopped."`
	Check      checkcmd.Command         `cmd:"" help:"Check a server's responses against the spec, or compare the responses of two servers."`
	Mock       mockcmd.Command          `cmd:"" help:"Answer an OpenAPI document from its examples, and remember what is created; for front ends and tests."`
	OpenAPI    openapicmd.Command       `cmd:"" name:"openapi" help:"Write the OpenAPI document, whole or by dialect, for generators of clients."`
	Completion completioncmd.Command    `cmd:"" help:"Write the script by which bash, zsh or fish complete command lines."`
	Version    versionCommand           `cmd:"" help:"Print the version."`
}

// run executes a command line without the program's name and gives the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	helped := false
	parser := newParser(commandsFor(args),
		kong.Writers(out, errs),
		kong.Exit(func(int) { helped = true }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(&cli.Console{In: in, Out: out, Errs: errs}),
		kong.Bind(completioncmd.Model(func() *kong.Node { return newParser(&commands{}).Model.Node })),
	)
	parsed, err := parser.Parse(args)
	switch {
	case helped:
		return cli.ExitOK
	case err != nil:
		fmt.Fprintf(errs, "quartet: %s\nRun \"%s --help\" for more information.\n", err, commandPath(err))
		return cli.ExitUsage
	}
	for _, variable := range unknownVariables(parser, os.Environ()) {
		fmt.Fprintf(errs, "quartet: no option is called %s: the environment variable is ignored%s\n", variable.name, variable.hint())
	}
	err = parsed.Run()
	switch {
	case err != nil && ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(errs, "quartet: interrupted. What it had written before stays; the rest was not done")
		return cli.ExitInterrupted
	case err != nil:
		fmt.Fprintf(errs, "quartet: %s\n", cli.Message(err))
	}
	return cli.ExitCode(err)
}

// commandsFor is the one command that args name, or all commands: to build the
// parser of all takes longer than anything else at the start of a server.
func commandsFor(args []string) any {
	all := reflect.TypeFor[commands]()
	for field := range all.Fields() {
		_, isCommand := field.Tag.Lookup("cmd")
		if isCommand && len(args) > 0 && args[0] == strings.ToLower(field.Name) {
			return reflect.New(reflect.StructOf([]reflect.StructField{all.Field(0), field})).Interface()
		}
	}
	return &commands{}
}

// newParser returns the parser of commands, a pointer to a struct of them.
func newParser(commands any, options ...kong.Option) *kong.Kong {
	parser, err := kong.New(commands, append([]kong.Option{
		kong.Name("quartet"),
		kong.Description("An account server that answers in the response formats (dialects) of five API documents."),
		kong.DefaultEnvars("QUARTET"),
		kong.Vars{"version": "quartet " + version()},
		kong.Vars{"audit_kinds": strings.Join(account.AuditKinds(), ", "), "rights": strings.Join(account.KnownRights(), ", ")},
		dialectNames(all.Dialects),
		openapicmd.Names(all.Dialects.Tags()),
		limitGroups,
		kong.ConfigureHelp(kong.HelpOptions{NoExpandSubcommands: true, WrapUpperBound: 110}),
	}, options...)...)
	if err != nil {
		panic(err) // a mistake in the commands' struct tags, found by every test
	}
	return parser
}

// dialectNames are the values of flags that name dialects, ${dialects}.
func dialectNames(dialects dialect.List) kong.Vars {
	return kong.Vars{"dialects": strings.Join(dialects.Names(), ",")}
}

// commandPath is the command that a wrong command line names, as far as it was
// understood.
func commandPath(err error) string {
	failed, ok := errors.AsType[*kong.ParseError](err)
	if !ok || failed.Context == nil || failed.Context.Selected() == nil {
		return "quartet"
	}
	return failed.Context.Selected().FullPath()
}
