package main

import (
	"archive/zip"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"quartet/cmd/quartet/proctest"
)

// startDemonstration starts an unpacked program in an empty folder, and signs in.
func startDemonstration(t *testing.T, folder string) {
	t.Helper()
	program := filepath.Join(folder, platform{os: runtime.GOOS}.program())
	if said := output(t, folder, program, "version"); !strings.HasPrefix(said, "quartet "+version+" ") {
		t.Errorf("it says that it is %q", said)
	}
	address := proctest.FreeAddress(t, "127.0.0.1")
	errs := proctest.NewTranscript()
	server := exec.CommandContext(t.Context(), program, "serve", "--demo", "--addr", address)
	server.Dir, server.Stderr, server.Stdout = t.TempDir(), errs, io.Discard
	server.Env = proctest.WithoutSettings()
	must(t, server.Start())
	defer func() {
		must(t, server.Process.Kill())
		_ = server.Wait() // it was killed
		if t.Failed() {
			t.Log(errs)
		}
	}()
	origin := "http://" + address
	proctest.AwaitReady(t, origin)
	answer, err := http.PostForm(origin+"/api/user/login", url.Values{"loginAccount": {"demo"}, "password": {"quartet-demo"}})
	must(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	must(t, err)
	if answer.StatusCode != http.StatusOK || !strings.Contains(string(body), `"Jwt":"`) {
		t.Errorf("a sign-in answers %s: %s", answer.Status, body)
	}
	if entries, err := os.ReadDir(filepath.Join(server.Dir, ".quartet")); err != nil || len(entries) < 2 {
		t.Errorf("the demonstration keeps its data elsewhere: %v, %v", entries, err)
	}
}

func unzip(t *testing.T, path, into string) {
	t.Helper()
	archive, err := zip.OpenReader(path)
	must(t, err)
	defer archive.Close()
	must(t, os.CopyFS(into, archive))
}
