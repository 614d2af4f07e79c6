//go:build unix

package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"quartet/cmd/quartet/proctest"
)

// notRun are commands of the README that this test does not run, and why.
var notRun = map[string]string{
	"make test": "it runs this test",
}

// TestREADMEsCommandsRunInTheirOrder does what a reader does who runs every block of
// commands from top to bottom, in a copy of the repository, without ending make run.
func TestREADMEsCommandsRunInTheirOrder(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program several times")
	}
	for _, tool := range []string{"git", "bash", "make", "curl", "tar", "sha256sum"} {
		if _, err := exec.LookPath(tool); err == nil {
			continue
		}
		if os.Getenv("CI") == "true" {
			t.Fatalf("the READMEs' commands need %s", tool)
		}
		t.Skipf("to run the READMEs' commands, install %s", tool)
	}
	root := copyOfRepository(t)
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		t.Run(name, func(t *testing.T) {
			r := &reader{root: root, demo: proctest.FreeAddress(t, "127.0.0.1"), address: proctest.FreeAddress(t, "127.0.0.1")}
			ran := 0
			for _, block := range fencedBlock.FindAllStringSubmatch(read(t, filepath.Join("..", "..", name)), -1) {
				if block[1] == "sh" {
					ran += r.runBlock(t, block[2])
				}
			}
			if ran < 17 {
				t.Errorf("only %d commands were run", ran)
			}
			r.cleans(t)
		})
	}
}

// reader is somebody who follows a README.
type reader struct {
	root    string // of the copy of the repository
	folder  string // where the commands are run
	demo    string // address of make run
	address string // address of the other servers
}

func copyOfRepository(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	script := "git -C ../.. ls-files -z --cached --others --exclude-standard | tar --null --ignore-failed-read -C ../.. -T - -cf - | tar -C '" + root + "' -xf -"
	if out, err := exec.CommandContext(t.Context(), "bash", "-c", script).CombinedOutput(); err != nil {
		t.Fatalf("copy the repository: %v: %s", err, out)
	}
	return root
}

// commandsOf splits a block into its commands, each with the lines that it continues on.
func commandsOf(block string) (commands []string) {
	for line := range strings.SplitSeq(strings.ReplaceAll(block, "\\\n", " "), "\n") {
		line = strings.TrimSpace(line)
		if line != "" && line[0] != '#' {
			commands = append(commands, line)
		}
	}
	return commands
}

// runBlock runs the commands of a block and returns their number.
func (r *reader) runBlock(t *testing.T, block string) (ran int) {
	t.Helper()
	r.folder = r.root
	if strings.Contains(block, "SHA256SUMS") {
		r.folder = r.release(t)
	}
	for _, command := range commandsOf(block) {
		words := strings.Fields(shComment.ReplaceAllString(command, ""))
		switch {
		case notRun[strings.Join(words, " ")] != "":
			continue
		case words[0] == "cd":
			r.folder = filepath.Join(r.folder, words[1])
		case strings.HasPrefix(command, "make run"):
			r.start(t, command, r.demo) // which goes on, as in a terminal of its own
		case slices.Contains(words, "serve"):
			r.start(t, command, r.address)()
		default:
			r.run(t, command)
		}
		ran++
	}
	return ran
}

func (r *reader) command(t *testing.T, command string) *exec.Cmd {
	t.Helper()
	command = strings.ReplaceAll(command, "127.0.0.1:8080", r.demo)
	if rest, ok := strings.CutPrefix(command, "curl "); ok {
		command = "curl -sS --fail-with-body " + rest
	}
	c := exec.CommandContext(t.Context(), "bash", "-eu", "-o", "pipefail", "-c", command)
	c.Dir = r.folder
	// Without the paths of the copy in what is compiled, it is compiled once for all tests.
	c.Env = append(os.Environ(), "ADDR="+r.demo, "QUARTET_ADDR="+r.address, "GOFLAGS=-trimpath")
	return c
}

func (r *reader) run(t *testing.T, command string) {
	t.Helper()
	if out, err := r.command(t, command).CombinedOutput(); err != nil {
		t.Errorf("%s: %v: %s", command, err, out)
	}
}

// start starts a server and waits until it is ready. stop ends it as Ctrl-C does.
func (r *reader) start(t *testing.T, command, address string) (stop func()) {
	t.Helper()
	c := r.command(t, command)
	if address == r.address {
		c.Env = append(c.Env, "QUARTET_ADMIN_ADDR="+address) // the default one may be in use
	}
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	must(t, c.Start())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = c.Wait() // how make ends after Ctrl-C says nothing
	}()
	stop = func() {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGINT) // it may have ended
		<-ended
	}
	t.Cleanup(stop)
	for limit := time.Now().Add(10 * patience); ; time.Sleep(50 * time.Millisecond) {
		if answer, err := origin("http://"+address).try(t.Context(), get("/readyz")); err == nil && answer.status == 200 {
			return stop
		}
		select {
		case <-ended:
			t.Fatalf("%s ended: %s", command, &out)
		default:
		}
		if time.Now().After(limit) {
			t.Fatalf("%s does not get ready", command)
		}
	}
}

// release makes of the files of a release those that the README's block uses.
func (r *reader) release(t *testing.T) (folder string) {
	t.Helper()
	const name = "quartet_v0.1.0_linux_amd64"
	folder = filepath.Join(r.root, "bin", "release")
	must(t, os.MkdirAll(filepath.Join(folder, name), 0o755))
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", filepath.Join(folder, name, "quartet"), "./cmd/quartet")
	build.Dir = r.root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	archive := filepath.Join(folder, name+".tar.gz")
	pack := exec.CommandContext(t.Context(), "tar", "-czf", archive, "-C", folder, name)
	if out, err := pack.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	must(t, os.RemoveAll(filepath.Join(folder, name)))
	file, err := os.Open(archive)
	must(t, err)
	defer file.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, file)
	must(t, err)
	sums := fmt.Sprintf("%x  %s.tar.gz\n%064x  quartet_v0.1.0_other.zip\n", sum.Sum(nil), name, 0)
	must(t, os.WriteFile(filepath.Join(folder, "SHA256SUMS"), []byte(sums), 0o600))
	return folder
}

// cleans checks that make clean keeps the real database and its keys.
func (r *reader) cleans(t *testing.T) {
	t.Helper()
	data := filepath.Join(r.root, ".quartet")
	for _, path := range []string{"demo.db", "demo.db.keys/hmac.key", "quartet.db", "quartet.db.keys/hmac.key"} {
		if _, err := os.Stat(filepath.Join(data, path)); err != nil {
			t.Fatal(err)
		}
	}
	r.folder = r.root
	r.run(t, "make clean")
	left, err := filepath.Glob(data + "/*")
	must(t, err)
	for _, path := range left {
		if strings.HasPrefix(filepath.Base(path), "demo") {
			t.Errorf("make clean leaves %s", path)
		}
	}
	for _, path := range []string{"quartet.db", "quartet.db.keys/hmac.key", "quartet.db.keys/jwt-1.pem"} {
		if _, err := os.Stat(filepath.Join(data, path)); err != nil {
			t.Errorf("make clean removes the real database: %v", err)
		}
	}
	if _, err := os.Stat(filepath.Join(r.root, "bin")); err == nil {
		t.Error("make clean leaves bin")
	}
	must(t, os.RemoveAll(data)) // the next README begins anew
}
