package main

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"quartet/cmd/quartet/internal/admincmd"
	"quartet/cmd/quartet/proctest"
)

var receiverBlock = regexp.MustCompile("(?s)```(python|ts)\n(.*?)```")

// TestReceiversOfThePage runs the examples of server/webhooks/WEBHOOKS.md.
func TestReceiversOfThePage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "server", "webhooks", "WEBHOOKS.md"))
	must(t, err)
	blocks := receiverBlock.FindAllStringSubmatch(string(page), -1)
	equal(t, "examples", len(blocks), 2)
	programs := map[string]string{"python": "python3", "ts": "node"}
	for _, block := range blocks {
		language, program := block[1], programs[block[1]]
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(program); err != nil {
				if os.Getenv("CI") == "true" {
					t.Fatal(err)
				}
				t.Skipf("skipped: %s is not installed", program)
			}
			// Node.js 20 does not know .ts; what the example says is JavaScript too.
			file := filepath.Join(t.TempDir(), "receiver.mjs")
			must(t, os.WriteFile(file, []byte(block[2]), 0o600))
			_, port, err := net.SplitHostPort(proctest.FreeAddress(t, "127.0.0.1"))
			must(t, err)
			url := "http://127.0.0.1:" + port + "/quartet"
			db := newInstallation(t)
			hook := addedWithin(t, db, url)

			said := proctest.NewTranscript()
			receiver := exec.CommandContext(t.Context(), program, file, port)
			receiver.Env = append(os.Environ(), "WEBHOOK_SECRET="+hook.Secret)
			receiver.Stdout, receiver.Stderr = said, said
			must(t, receiver.Start())
			ended := make(chan struct{})
			go func() { defer close(ended); _ = receiver.Wait() }()
			t.Cleanup(func() { _ = receiver.Process.Kill(); <-ended })
			awaitPort(t, port)
			serve(t, append([]string{"--webhook-allow-network", "127.0.0.1"}, db...)...)
			user := asked[admincmd.User](t, db, "user", "add", "su.qing")
			said.Await(t, regexp.MustCompile("(user_created "+strconv.FormatInt(user.ID, 10)+")"), ended)
			unsigned := origin("http://127.0.0.1:"+port).do(t, raw("/quartet", `{"type":"user_created"}`))
			equal(t, "status of an unsigned request", unsigned.status, http.StatusUnauthorized)
		})
	}
}
