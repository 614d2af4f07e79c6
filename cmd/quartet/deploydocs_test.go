package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var (
	fence = regexp.MustCompile("(?s)```sh\n(.*?)```")
	// ours is a command line of the program, however it is run.
	ours = regexp.MustCompile(`(?:^|[ /])quartet ((?:serve|migrate|user|app|org|role|keys|audit|health|backup|restore|export|import)\b.*)$`)
)

// TestCommandsOnPagesAreUnderstood lets the program read what the pages tell to type. The pages
// in Chinese have the same commands.
func TestCommandsOnPagesAreUnderstood(t *testing.T) {
	t.Parallel()
	for page, want := range map[string]int{"deploy/README": 12, "../../server/TOKENS": 3, "../../server/APPLICATIONS": 5, "../../openapi/EXTENSIONS": 0} {
		found := 0
		for line := range strings.Lines(blocks(t, page+".md")) {
			command, _, _ := strings.Cut(line, " #")
			match := ours.FindStringSubmatch(strings.TrimSpace(command))
			if match == nil {
				continue
			}
			found++
			if _, err := grammarParser(t).Parse(strings.Fields(match[1])); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
		equal(t, "commands of ours in "+page, found, want)
	}
}

func blocks(t *testing.T, path string) (all string) {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	for _, match := range fence.FindAllStringSubmatch(string(text), -1) {
		all += match[1]
	}
	return all
}
