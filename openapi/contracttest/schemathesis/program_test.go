package schemathesis

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"quartet/cmd/quartet/proctest"
)

// The super administrator that hooks.py signs in as.
const (
	administrator         = "administrator.of.contract"
	administratorPassword = "violet-otter-lantern"
)

// options lift every limit that generated requests would reach, and the time limits
// that a busy machine reaches.
func options() []string {
	all := strings.Fields("--code-attempts 1000000 --hash-memory 64 --hash-passes 1 --hash-wait 30s" +
		" --request-time 1m --write-timeout 2m --statement-timeout 1m --busy-timeout 1m --log-level warn")
	for _, rate := range strings.Fields("code-resend code-hour code-day code-per-ip code-global code-refused-per-ip" +
		" password-per-account-ip password-per-account password-per-ip old-password-per-user" +
		" register-per-ip register-global wechat-per-ip") {
		all = append(all, "--"+rate, "1000000/1s")
	}
	return all
}

func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "quartet")
	command(t, "", "go", "build", "-o", program, "quartet/cmd/quartet")
	return program
}

// serve starts the program with the demo's users and the administrator on a new
// database, and gives its address once it is ready.
func serve(t *testing.T, program, database string) (origin string) {
	t.Helper()
	address := proctest.FreeAddress(t, "127.0.0.1")
	where := []string{"--database", database, "--keys", filepath.Join(t.TempDir(), "keys")}
	running := exec.Command(program, append(append([]string{"serve", "--demo", "--addr", address}, where...), options()...)...)
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
