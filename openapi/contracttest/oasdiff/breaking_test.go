package oasdiff

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const (
	contract = "openapi/openapi.yaml"
	present  = "../../openapi.yaml"
	// baseline stands in where no tag is known: before the first release, and
	// in a clone without history.
	baseline = "baseline.yaml"
)

// TestNothingBreaks compares the contract with that of the newest tag v*.
func TestNothingBreaks(t *testing.T) {
	before, named := released(t)
	report, breaks := compare(t, before, present)
	t.Logf("compared with %s\n%s", named, report)
	if breaks {
		t.Errorf("clients of %s would break", named)
	}
}

// TestBreakingChangesAreReported proves that the comparison sees what it is
// there for, on changed copies of the contract.
func TestBreakingChangesAreReported(t *testing.T) {
	for _, c := range []struct {
		name     string
		edits    []string // what reads so, and what it becomes
		reported string
	}{
		{
			"an operation id goes",
			[]string{"      operationId: signOut\n      tags:", "      operationId: endPresentSession\n      tags:"},
			"[api-operation-id-removed]",
		},
		{
			"an operation goes",
			[]string{"  /auth/logout:\n", "  /auth/leave:\n"},
			"[api-path-removed-without-deprecation]",
		},
		{
			"a key of an answer goes",
			[]string{
				"        - nickName\n        - realName\n        - userName\n", "        - realName\n        - userName\n",
				"        nickName:\n          type: string\n          description: \"用户昵称。\\n\\nThe nickname.\"\n        realName:", "        realName:",
			},
			"[response-required-property-removed]",
		},
		{
			"a key of an answer may be absent",
			[]string{"        - nickName\n        - realName\n        - userName\n", "        - realName\n        - userName\n"},
			"[response-property-became-optional]",
		},
		{
			"a field of a request becomes required",
			[]string{
				"      required:\n        - mobile\n      properties:\n",
				"      required:\n        - mobile\n        - purpose\n      properties:\n",
			},
			"[request-property-became-required]",
		},
		{
			"a word changes",
			[]string{"summary: 退出登录 · Sign out\n", "summary: 退出\n"},
			"",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			report, breaks := compare(t, present, changed(t, c.edits))
			if breaks != (c.reported != "") || !strings.Contains(report, c.reported) {
				t.Errorf("breaks %t, want a report of %q: %s", breaks, c.reported, report)
			}
		})
	}
}

// released is the file of the newest release's contract, and its name.
func released(t *testing.T) (file, named string) {
	t.Helper()
	tag, err := exec.CommandContext(t.Context(), "git", "describe", "--tags", "--abbrev=0", "--match", "v*").Output()
	if err != nil {
		return baseline, baseline
	}
	named = strings.TrimSpace(string(tag))
	text, err := exec.CommandContext(t.Context(), "git", "show", named+":"+contract).Output()
	if err != nil {
		t.Fatalf("%s of %s: %v", contract, named, err)
	}
	return written(t, text), named
}

// compare gives oasdiff's report, and whether it found a break.
func compare(t *testing.T, before, after string) (report string, breaks bool) {
	t.Helper()
	tool := exec.CommandContext(t.Context(), "go", "tool", "oasdiff", "breaking", before, after,
		"--flatten-allof", "--severity-levels", "severity.txt", "--format", "singleline", "--fail-on", "ERR")
	out, err := tool.CombinedOutput()
	if err != nil && !strings.Contains(string(out), " error, ") {
		t.Fatalf("oasdiff: %v\n%s", err, out)
	}
	return string(out), err != nil
}

// changed is a copy of the contract with the edits, each in its one place.
func changed(t *testing.T, edits []string) string {
	t.Helper()
	text, err := os.ReadFile(present)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(edits); i += 2 {
		if found := bytes.Count(text, []byte(edits[i])); found != 1 {
			t.Fatalf("%d places read %q, want one", found, edits[i])
		}
		text = bytes.Replace(text, []byte(edits[i]), []byte(edits[i+1]), 1)
	}
	return written(t, text)
}

func written(t *testing.T, text []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "openapi.yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
