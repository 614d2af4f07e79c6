package prism

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"quartet/cmd/quartet/proctest"
)

// variable is set by make test-prism; without it the test is skipped.
const variable = "QUARTET_PRISM"

// demonstration is where the calls of the pages go to.
const demonstration = "http://127.0.0.1:8080"

// call is a call of a page with its lines. What stands behind a # is no part of it.
var call = regexp.MustCompile(`(?m)^curl (?:[^\n]*\\\n)*[^\n]*$`)

func TestPrismRefusesNoCall(t *testing.T) {
	if os.Getenv(variable) == "" {
		t.Skipf("to run this, use make test-prism, or set %s", variable)
	}
	proxy := startPrism(t, proctest.Demonstrate(t))
	for page, least := range map[string]int{"README.md": 6, "README.zh-CN.md": 6, "openapi/EXTENSIONS.md": 1} {
		t.Run(page, func(t *testing.T) {
			status(t, proxy, "curl -X POST "+demonstration+"/demo/reset") // the code in the page works once
			text, err := os.ReadFile(filepath.Join("../../..", page))
			must(t, err)
			calls := 0
			for _, one := range call.FindAllString(string(text), -1) {
				if !strings.Contains(one, demonstration) {
					continue
				}
				calls++
				if got := status(t, proxy, one); !strings.HasPrefix(got, "200\n") {
					t.Errorf("%s\n%s", one, got)
				}
			}
			if calls < least {
				t.Errorf("only %d calls were found", calls)
			}
		})
	}
	if got := status(t, proxy, "curl "+demonstration+"/api/user/create -d 'nobody=1'"); !strings.HasPrefix(got, "422\n") {
		t.Errorf("the proxy lets everything through: %s", got)
	}
}

// status runs a call of a page through the proxy, and gives its status and answer.
func status(t *testing.T, proxy, call string) string {
	t.Helper()
	command := strings.ReplaceAll(call, demonstration, proxy)
	answer := filepath.Join(t.TempDir(), "answer")
	running := exec.CommandContext(t.Context(), "sh", "-c", `curl() { command curl -sS -o "$ANSWER" -w '%{http_code}\n' "$@"; }; `+command)
	running.Env = append(os.Environ(), "ANSWER="+answer)
	code, err := running.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, code)
	}
	text, err := os.ReadFile(answer)
	must(t, err)
	return string(code) + string(text)
}

// startPrism starts Prism, which answers a request that breaks the contract with a
// status of its own, and an answer that does so too.
func startPrism(t *testing.T, origin string) (proxy string) {
	t.Helper()
	if _, err := exec.LookPath("npm"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("npm is missing")
		}
		t.Skip("skipped: npm is missing. To run this, install Node.js 20")
	}
	run(t, "npm", "ci", "--silent", "--no-audit", "--no-fund")
	address := proctest.FreeAddress(t, "127.0.0.1")
	host, port, _ := strings.Cut(address, ":")
	start(t, "node", "node_modules/@stoplight/prism-cli/dist/index.js", "proxy", "../../openapi.yaml", origin, "--errors", "--host", host, "--port", port)
	proctest.AwaitReady(t, "http://"+address)
	return "http://" + address
}

// start starts a program that is ended with the test.
func start(t *testing.T, name string, arguments ...string) {
	t.Helper()
	running := exec.Command(name, arguments...)
	said := proctest.NewTranscript()
	running.Stdout, running.Stderr = said, said
	must(t, running.Start())
	t.Cleanup(func() {
		_ = running.Process.Signal(os.Interrupt)
		_ = running.Wait()
		if t.Failed() {
			t.Log(said)
		}
	})
}

func run(t *testing.T, name string, arguments ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), name, arguments...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, arguments, err, out)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
