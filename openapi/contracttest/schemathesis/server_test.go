package schemathesis

import (
	"encoding/json"
	"os"
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
	for _, rate := range strings.Fields("CodeResend CodeHour CodeDay CodePerIP CodeGlobal CodeRefusedPerIP" +
		" PasswordPerAccountIP PasswordPerAccount PasswordPerIP OldPasswordPerUser WrongSecretPerIP RegisterPerIP RegisterGlobal WeChatPerIP") {
		all[rate] = account.Rate{Times: 1_000_000, Per: time.Second}
	}
	text, err := json.Marshal(all)
	must(t, err)
	return string(text)
}

func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "quartet")
	command(t, "", "go", "build", "-ldflags", "-X 'main.testOverrides="+overrides(t)+"'", "-o", program, "quartet/cmd/quartet")
	return program
}

// serve starts the program with the demo's users and the administrator on a new
// database, and gives its address once it is ready.
func serve(t *testing.T, program, database string, args ...string) (origin string) {
	t.Helper()
	address := proctest.FreeAddress(t, "127.0.0.1")
	where := []string{"--database", database, "--keys", filepath.Join(t.TempDir(), "keys")}
	args = slices.Concat([]string{"serve", "--demo", "--addr", address, "--log-level", "warn"}, where, args)
	running := exec.Command(program, args...)
	running.Stdout, running.Stderr = t.Output(), t.Output()
	must(t, running.Start())
	t.Cleanup(func() {
		_ = running.Process.Signal(os.Interrupt)
		_ = running.Wait()
	})
	proctest.AwaitReady(t, "http://"+address)
	command(t, administratorPassword, program, append([]string{"user", "add", administrator, "--role", "super_administrator", "--password-stdin"}, where...)...)
	return "http://" + address
}

func command(t *testing.T, input, name string, args ...string) {
	t.Helper()
	running := exec.CommandContext(t.Context(), name, args...)
	running.Stdin = strings.NewReader(input)
	if out, err := running.CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}
