package clients

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// family is a program of clients.
type family struct {
	name, folder string
	// tools must be installed; how tells a developer the way to them.
	tools []string
	how   string
	// prepare installs the pinned packages and compiles, start runs the program.
	prepare [][]string
	start   []string
}

const nodeHow = "install Node.js 20 or newer (https://nodejs.org)"

var npmCI = [][]string{{"npm", "ci", "--silent", "--no-audit", "--no-fund"}}

var families = []family{
	{
		name: "node", folder: "javascript", tools: []string{"node", "npm"}, how: nodeHow,
		prepare: npmCI, start: []string{"node", "node.mjs"},
	},
	{
		name: "browser", folder: "javascript", tools: []string{"node", "npm", chromium()},
		how:     nodeHow + " and Chromium (apt-get install chromium fonts-noto-cjk)",
		prepare: npmCI, start: []string{"node", "browser.mjs"},
	},
	{
		name: "java", folder: "java", tools: []string{"java", "javac", "mvn"},
		how:   "install JDK 17 or newer and Maven (apt-get install openjdk-17-jdk-headless maven)",
		start: []string{"mvn", "-q", "-B", "compile", "exec:exec"},
	},
	{
		name: "python", folder: "python", tools: []string{"python3", "curl"},
		how: "install Python 3.11 or newer with venv, and curl (apt-get install python3-venv curl)",
		prepare: [][]string{{"sh", "-c", "cmp -s requirements.txt .venv/requirements.txt || " +
			"{ python3 -m venv --clear .venv && .venv/bin/pip install --disable-pip-version-check --no-deps -r requirements.txt && cp requirements.txt .venv/; }"}},
		start: []string{".venv/bin/python", "-B", "-W", "error", "main.py"},
	},
	{name: "go", folder: "go", start: []string{"go", "run", "."}},
}

// chromium is the browser's command, CHROMIUM where it is set.
func chromium() string {
	if named := os.Getenv("CHROMIUM"); named != "" {
		return named
	}
	return "chromium"
}

// missing gives the first tool that is not installed, or "".
func (f family) missing() string {
	for _, tool := range f.tools {
		if _, err := exec.LookPath(tool); err != nil {
			return tool
		}
	}
	return ""
}

// run prepares and starts the program, and gives what it wrote to standard output.
func (f family) run(t *testing.T, environment []string) string {
	t.Helper()
	for _, command := range f.prepare {
		preparing := f.command(t, command, nil)
		if out, err := preparing.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, out)
		}
	}
	var out strings.Builder
	running := f.command(t, f.start, environment)
	running.Stdout, running.Stderr = &out, t.Output()
	if err := running.Run(); err != nil {
		t.Errorf("%s: %v", strings.Join(f.start, " "), err)
	}
	return out.String()
}

func (f family) command(t *testing.T, line, environment []string) *exec.Cmd {
	t.Helper()
	folder, err := filepath.Abs(f.folder)
	must(t, err)
	command := exec.CommandContext(t.Context(), line[0], line[1:]...)
	command.Dir, command.Env = folder, append(os.Environ(), append(environment, "CHROMIUM="+chromium())...)
	return command
}
