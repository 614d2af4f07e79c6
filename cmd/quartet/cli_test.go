package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"quartet/cmd/quartet/internal/cli"
	"quartet/openapi"
)

func TestHelpIsNoFailure(t *testing.T) {
	t.Parallel()
	contains(t, done(t, "--help"), "serve", "migrate", "user", "app", "org", "role", "version")
	contains(t, done(t, "serve", "--help"), "127.0.0.1:8080", "sqlite:.quartet/quartet.db", "sqlite:.quartet/demo.db",
		"Asia/Shanghai", "QUARTET_ADDR", "QUARTET_TRUSTED_PROXIES", "--legacy-status")
	contains(t, done(t, "user", "add", "--help"), "--password-stdin", "member,administrator,super_administrator")
}

func TestUnknownVariablesAreNamed(t *testing.T) {
	t.Parallel()
	unknown := unknownVariables(newParser(&commands{}), []string{
		"QUARTET_ADDR=127.0.0.1:0", "QUARTET_GUESS_PAIR=3/1m", "QUARTET_SMS_SECRET=x", "QUARTET_USER_ROLE=member",
		"QUARTET_TEST_POSTGRES=postgres://", "PATH=/bin", "QUARTET_DATABSE=sqlite:x",
	})
	equal(t, "unknown variables", fmt.Sprint(unknown), "[{QUARTET_GUESS_PAIR } {QUARTET_DATABSE QUARTET_DATABASE}]")
}

// It changes the environment, so nothing runs beside it. Every command says it.
func TestUnknownVariablesAreNamedByEveryCommand(t *testing.T) {
	t.Setenv("QUARTET_DATABSE", "sqlite:elsewhere")
	result := command(t, "version")
	equal(t, "exit code", result.code, cli.ExitOK)
	equal(t, "standard error", result.errs,
		"quartet: no option is called QUARTET_DATABSE: the environment variable is ignored; did you mean QUARTET_DATABASE?\n")
}

func TestVersion(t *testing.T) {
	t.Parallel()
	told := done(t, "version")
	contains(t, told, "quartet ", "go1.")
	equal(t, "--version", done(t, "--version"), told)
	equal(t, "--version of a command", done(t, "user", "--version"), told)
}

func TestOpenAPIWritesTheContract(t *testing.T) {
	t.Parallel()
	equal(t, "the document", done(t, "openapi"), string(openapi.Document))
	contains(t, done(t, "openapi", "--render", "client", "--tag", "jfinal,cas", "--format", "json"),
		`{"openapi":"3.0.3","info":{`, `"operationId":"createUser"`, `"operationId":"getUserInfo"`)
	contains(t, done(t, "openapi", "--language", "en", "--tag", "jfinal"), "summary: Sign in by password\n")
	contains(t, done(t, "openapi", "--render", "openapi-3.1"), "openapi: 3.1.0\n", "operationId: refreshUser", "x-codeSamples:")
}

func TestAFaultyCommandLineIsExplained(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		args []string
	}{
		{"expected one of", nil},
		{"unexpected argument frobnicate", []string{"frobnicate"}},
		{`Run "quartet serve --help"`, []string{"serve", "--port", "80"}},
		{"--render must be one of", []string{"openapi", "--render", "soap"}},
		{"--tag must be one of", []string{"openapi", "--tag", "soap"}},
		{"--language must be one of", []string{"openapi", "--language", "de"}},
		{"--demo and --no-docs can't be used together", []string{"serve", "--demo", "--no-docs"}},
		{"--log-level must be one of", []string{"serve", "--log-level", "loud"}},
		{"--legacy-status must be one of", []string{"serve", "--legacy-status", "data,gold"}},
		{"--legacy-status must be one of", []string{"serve", "--legacy-status", "gold@/prod-api"}},
		{`there is no base path "/prod-api"`, []string{"serve", "--legacy-status", "yudao@/prod-api"}},
		{`there is no base path ""`, []string{"serve", "--legacy-status", "yudao@"}},
		{`"/prod-api/" must look like`, []string{"serve", "--base-path", "/app-api", "--base-path", "/prod-api/"}},
		{`"/api" overlaps /api/`, []string{"serve", "--base-path", "/api"}},
		{"app.example.com", []string{"serve", "--allow-origins", "app.example.com"}},
		{"unknown time zone Mars", []string{"serve", "--time-zone", "Mars"}},
		{"is not a time zone", []string{"serve", "--time-zone", "Local"}},
		{"--trusted-proxies", []string{"serve", "--trusted-proxies", "10.0.0.0/8,next-door"}},
		{"--trusted-proxies", []string{"serve", "--trusted-proxies", "10.0.0.0/99"}},
		{"--access-life", []string{"serve", "--access-life", "soon"}},
		{"--failures-per-ip", []string{"serve", "--failures-per-ip", "5"}},
		{"--body-limit", []string{"serve", "--body-limit", "2GiB"}},
		{"--access-life cannot be longer than --session-life", []string{"serve", "--access-life", "31d"}},
		{"--access-life must be at least 1m", []string{"serve", "--access-life", "30s"}},
	} {
		refused(t, cli.ExitUsage, test.text, test.args...)
	}
}

// It changes the environment, so nothing runs beside it.
func TestEnvironmentVariablesSetFlags(t *testing.T) {
	database := newDatabase(t)
	t.Setenv("QUARTET_DATABASE", database)
	done(t, "migrate")
	t.Setenv("QUARTET_PASSWORD", "violet-otter-lantern")
	t.Setenv("QUARTET_USER_ROLE", "administrator")
	t.Setenv("QUARTET_JSON", "true")
	contains(t, done(t, "user", "add", "tang.xi"), `"role": "administrator"`, `"hasPassword": true`)
	t.Setenv("QUARTET_LOG_LEVEL", "loud")
	refused(t, cli.ExitUsage, "--log-level", "serve")
}

func TestEmptySettingsAreNone(t *testing.T) {
	t.Setenv("QUARTET_DEMO", "")
	t.Setenv("QUARTET_LOG_LEVEL", "")
	t.Setenv("QUARTET_KEYS", "kept")
	unsetEmptyVariables()
	refused(t, cli.ExitUsage, "--log-format", "serve", "--log-format", "x")
	if result := command(t, "serve", "--addr", ""); strings.Contains(result.errs, "QUARTET_") {
		t.Errorf("an empty setting counts: %s", result.errs)
	}
}

// TestACommandIsReadAlone: the parser of one command is the same as that of all
// commands.
func TestACommandIsReadAlone(t *testing.T) {
	t.Parallel()
	help := func(commands any, args ...string) string {
		var text strings.Builder
		parser := newParser(commands, kong.Writers(&text, &text), kong.Exit(func(int) {}))
		_, _ = parser.Parse(args) // help has ended it
		return text.String()
	}
	for _, command := range newParser(&commands{}).Model.Children {
		alone := commandsFor([]string{command.Name})
		if seen := newParser(alone).Model.Children; len(seen) != 1 || seen[0].Name != command.Name {
			t.Errorf("%s: %d commands are read", command.Name, len(seen))
		}
		if got, want := help(alone, command.Name, "--help"), help(&commands{}, command.Name, "--help"); got != want || want == "" {
			t.Errorf("%s: the help is %s\nwant %s", command.Name, got, want)
		}
	}
	for _, args := range [][]string{nil, {"--help"}, {"serv"}, {"Serve"}} {
		if seen := newParser(commandsFor(args)).Model.Children; len(seen) < 10 {
			t.Errorf("%v: %d commands are read", args, len(seen))
		}
	}
}
