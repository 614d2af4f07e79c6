package schemathesis

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"quartet/store/storetest"
)

const (
	// examplesVariable is how many requests are generated for each operation
	// in the fuzzing phase; without it the test is skipped.
	examplesVariable = "QUARTET_CONTRACT_EXAMPLES"
	seedVariable     = "QUARTET_CONTRACT_SEED"
)

// TestSchemathesis runs all phases on SQLite, and on PostgreSQL where a server
// is named. Valid requests are sent with and without --strict-input, invalid ones only
// with it: a framework's reading takes some of them.
func TestSchemathesis(t *testing.T) {
	examples := os.Getenv(examplesVariable)
	if examples == "" {
		t.Skipf("to run this, use make contract, or set %s", examplesVariable)
	}
	tool, program, seed := install(t), build(t), os.Getenv(seedVariable)
	if seed == "" {
		seed = strconv.Itoa(os.Getpid())
	}
	postgres := func(t testing.TB) string { return storetest.PostgresURL(t) }
	for engine, url := range map[string]func(testing.TB) string{"SQLite": storetest.SQLiteURL, "PostgreSQL": postgres} {
		t.Run(engine+" strict", func(t *testing.T) {
			check(t, run(t, tool, "all", serve(t, program, url(t), "--strict-input"), examples, seed))
		})
		t.Run(engine+" lenient", func(t *testing.T) {
			check(t, run(t, tool, "positive", serve(t, program, url(t)), examples, seed))
		})
	}
}

// result is the part of the tool's report that the test reads.
type result struct {
	Complete   bool
	Seed       int
	Operations struct{ Total, Tested int }
	Cases      struct {
		Generated, Errored int
		Failures           int `json:"unique_failures"`
	} `json:"test_cases"`
	Filtered int
	Warnings struct {
		MissingAuth []string `json:"missing_auth"`
		RateLimited []string `json:"rate_limited"`
	}
}

func check(t *testing.T, r result) {
	t.Helper()
	const leftOut = 1 // resetDemo, see schemathesis.toml
	t.Logf("%d cases over %d operations, %d failures, %d documented refusals; to repeat: make contract EXAMPLES=%s SEED=%d",
		r.Cases.Generated, r.Operations.Tested, r.Cases.Failures, r.Filtered, os.Getenv(examplesVariable), r.Seed)
	if !r.Complete || r.Operations.Tested != r.Operations.Total-leftOut {
		t.Errorf("only %d of %d operations were tested", r.Operations.Tested, r.Operations.Total-leftOut)
	}
	if r.Cases.Failures+r.Cases.Errored > 0 {
		t.Errorf("%d failures, %d cases could not be run", r.Cases.Failures, r.Cases.Errored)
	}
	// The demonstration has users, so that nobody is the first of them.
	r.Warnings.MissingAuth = slices.DeleteFunc(r.Warnings.MissingAuth, func(operation string) bool { return operation == "POST /admin/setup" })
	if len(r.Warnings.MissingAuth)+len(r.Warnings.RateLimited) > 0 {
		t.Errorf("sign-ins failed, or limits were reached: %v", r.Warnings)
	}
}

// run returns the report of a whole run, with failures or without. The mode is positive for
// valid requests alone, or all.
func run(t *testing.T, tool, mode, origin, examples, seed string) result {
	t.Helper()
	here, err := os.Getwd()
	must(t, err)
	report := filepath.Join(t.TempDir(), "report.json")
	running := exec.CommandContext(t.Context(), tool, "--config-file", filepath.Join(here, "schemathesis.toml"),
		"run", filepath.Join(here, "..", "..", "openapi.yaml"), "--url", origin, "--no-color",
		"--phases", "examples,coverage,fuzzing,stateful", "--mode", mode, "--max-examples", examples, "--seed", seed,
		"--report", "json", "--report-json-path", report)
	running.Dir = t.TempDir() // removed with the files that the tool leaves
	// Without a fixed hash seed, Python's sets have another order in each run.
	running.Env = append(os.Environ(), "SCHEMATHESIS_HOOKS=hooks", "PYTHONPATH="+here, "PYTHONDONTWRITEBYTECODE=1", "PYTHONHASHSEED=0",
		"QUARTET_CONTRACT_ORIGIN="+origin, "QUARTET_CONTRACT_ADMINISTRATOR="+administrator, "QUARTET_CONTRACT_PASSWORD="+administratorPassword)
	running.Stdout, running.Stderr = t.Output(), t.Output()
	ended := running.Run() // the report contains its status
	text, err := os.ReadFile(report)
	if err != nil {
		t.Fatalf("schemathesis: %v, and no report: %v", ended, err)
	}
	var r result
	must(t, json.Unmarshal(text, &r))
	return r
}

// install returns the tool's path. It is installed once for each list of
// requirements, in the user's cache.
func install(t *testing.T) string {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("python3 is missing")
		}
		t.Skip("skipped: python3 is missing. To run this, install Python 3.11 or newer")
	}
	requirements, err := os.ReadFile("requirements.txt")
	must(t, err)
	cache, err := os.UserCacheDir()
	must(t, err)
	digest := sha256.Sum256(requirements)
	home := filepath.Join(cache, "quartet-schemathesis", hex.EncodeToString(digest[:8]))
	tool := filepath.Join(home, "bin", "schemathesis")
	if exec.CommandContext(t.Context(), tool, "--version").Run() == nil {
		return tool
	}
	command(t, "", python, "-m", "venv", "--clear", home)
	command(t, "", filepath.Join(home, "bin", "pip"), "install", "--quiet", "--requirement", "requirements.txt")
	return tool
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
