package oasdiff

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

const (
	contract = "openapi/openapi.yaml"
	// baseline stands in where no tag is known: before the first release, and
	// in a clone without history.
	baseline = "baseline.yaml"
)

// LastRelease is the contract of the newest release but the one that is named, and the
// release's name. Before the first release it is that of baseline.yaml, and first is true.
func LastRelease(ctx context.Context, but string) (document []byte, name string, first bool, err error) {
	arguments := []string{"describe", "--tags", "--abbrev=0", "--match", "v*"}
	if but != "" {
		arguments = append(arguments, "--exclude", but)
	}
	tag, err := exec.CommandContext(ctx, "git", arguments...).Output()
	if err != nil {
		document, err = os.ReadFile(baseline)
		return document, baseline, true, err
	}
	name = strings.TrimSpace(string(tag))
	document, err = exec.CommandContext(ctx, "git", "show", name+":"+contract).Output()
	return document, name, false, err
}

// RequireHistory returns an error in a clone that lacks older commits, and with them their tags.
func RequireHistory(ctx context.Context) error {
	shallow, err := exec.CommandContext(ctx, "git", "rev-parse", "--is-shallow-repository").Output()
	if err != nil {
		return fmt.Errorf("git rev-parse: %w", err)
	}
	if strings.TrimSpace(string(shallow)) != "false" {
		return errors.New("the clone is shallow: the last release is not known")
	}
	return nil
}
