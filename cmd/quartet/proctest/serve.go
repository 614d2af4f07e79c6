package proctest

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Build compiles the program, with further flags of go build, and returns its path.
func Build(t testing.TB, flags ...string) (program string) {
	t.Helper()
	program = filepath.Join(t.TempDir(), "quartet")
	args := slices.Concat([]string{"build", "-o", program}, flags, []string{"quartet/cmd/quartet"})
	if out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput(); err != nil {
		t.Fatalf("go %v: %v\n%s", args, err, out)
	}
	return program
}

// Serve starts the program on a free port of this computer, which serves administration too,
// waits until it is ready, and ends it with the test. The environment's settings do not count.
// The last lines that the program has written are in the output of a failed test.
func Serve(t testing.TB, program string, args ...string) (origin string) {
	t.Helper()
	address := FreeAddress(t, "127.0.0.1")
	running := exec.Command(program, append([]string{"serve", "--addr", address, "--admin-addr", address}, args...)...)
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	running.Env, running.Stdout, running.Stderr = WithoutSettings(), log, log
	if err := running.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = running.Process.Signal(os.Interrupt)
		_ = running.Wait()
		_ = log.Close()
		if t.Failed() {
			t.Logf("the end of what %s has written:\n%s", origin, lastLines(log.Name()))
		}
	})
	AwaitReady(t, "http://"+address)
	return "http://" + address
}

// lastLines are the last 20 lines of a file.
func lastLines(name string) string {
	text, _ := os.ReadFile(name)
	lines := slices.Collect(strings.Lines(string(text)))
	return strings.Join(lines[max(0, len(lines)-20):], "")
}

// Demonstrate builds the program and serves its demonstration on a database of the test's
// own.
func Demonstrate(t testing.TB, args ...string) (origin string) {
	t.Helper()
	database := "sqlite:" + filepath.Join(t.TempDir(), "quartet.db")
	return Serve(t, Build(t), append([]string{"--demo", "--log-level", "error", "--database", database}, args...)...)
}

// Reset puts the data of a demonstration back.
func Reset(t testing.TB, origin string) {
	t.Helper()
	answer, err := http.Post(origin+"/demo/reset", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("reset: %s", answer.Status)
	}
}

// WithoutSettings is the environment without the settings of the program and of its tests.
func WithoutSettings() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, "QUARTET_") })
}
