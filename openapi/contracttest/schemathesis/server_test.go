package schemathesis

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"quartet/cmd/quartet/proctest"
	"quartet/server/account"
	"quartet/server/password"
)

// The super administrator that hooks.py signs in as.
const (
	administrator         = "administrator.of.contract"
	administratorPassword = "violet-otter-lantern"
)

// overrides lift every limit that generated requests would reach, and make
// password hashes cheap.
func overrides(t *testing.T) string {
	t.Helper()
	all := map[string]any{
		"CodeAttempts": 1_000_000,
		"Params":       password.Params{Memory: 64, Iterations: 1, Parallelism: 1}, "Wait": 30 * time.Second,
	}
	for _, rate := range strings.Fields("CodeGuessDay CodeResend CodeHour CodeDay CodePerIP CodeGlobal CodeRefusedPerIP" +
		" PasswordPerAccountIP PasswordPerAccount PasswordPerIP OldPasswordPerUser WrongSecretPerIP RegisterPerIP RegisterGlobal TakenPerUser WeChatPerIP LookUpPerUser LookUpPerIP LookUpPerApplication") {
		all[rate] = account.Rate{Times: 1_000_000, Per: time.Second}
	}
	text, err := json.Marshal(all)
	must(t, err)
	return string(text)
}

func build(t *testing.T) string {
	t.Helper()
	return proctest.Build(t, "-ldflags", "-X 'main.testOverrides="+overrides(t)+"'")
}

// serve starts the program with the demo's users and the administrator on a new
// database, and gives its address once it is ready.
func serve(t *testing.T, program, database string, args ...string) (origin string) {
	t.Helper()
	where := []string{"--database", database, "--keys", filepath.Join(t.TempDir(), "keys")}
	origin = proctest.Serve(t, program, slices.Concat([]string{"--demo", "--log-level", "warn"}, where, args)...)
	command(t, administratorPassword, program, append([]string{"user", "add", administrator, "--role", "super_administrator", "--password-stdin"}, where...)...)
	return origin
}

func command(t *testing.T, input, name string, args ...string) {
	t.Helper()
	running := exec.CommandContext(t.Context(), name, args...)
	running.Stdin = strings.NewReader(input)
	if out, err := running.CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}
