package server_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// privateWords are identifiers, packages and files that a standard term has
// replaced. They are compared without regard to case.
var privateWords = regexp.MustCompile(`(?i)^(` + strings.Join([]string{
	"AtAGlance", "glance", "glanceOf", "deed", "together", "togetherOnce", "Rehearse", "Putting", "SuccessorOf",
	"PutCode", "SpendCode", "DropCode", "TakeQuotas", "ClearQuotas", "SlideAccess", "ErrPresent", "ErrNotTried",
	"ColumnsSince", "PutMark", "Intake", "Newcomers?", "PlantCode", "CodeLive", "RecordSeen", "KeptWait",
	"GatewayWait", "SeenEvery", "CodeGap", "GuessPair", "GuessAccount", "GuessAddress", "CodeAll", "VerifyNothing",
	"LooksOpaque", "LooksJWT", "Provoker", "Speaker", "survived", "outOfTime", "detached", "moments", "sightings",
	"furnish", "conform", "movein", "programtest", "keeper", "welcome", "listings",
}, "|") + `)$`)

func TestNamesAreStandardTerms(t *testing.T) {
	t.Parallel()
	files := 0
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, ".gen.go") {
			return err
		}
		files++
		if name := strings.TrimSuffix(strings.TrimSuffix(entry.Name(), ".go"), "_test"); privateWords.MatchString(name) {
			t.Errorf("%s: the file has a private name", path)
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && privateWords.MatchString(id.Name) {
				t.Errorf("%s: %s is a private word", set.Position(id.Pos()), id.Name)
			}
			return true
		})
		return nil
	})
	must(t, err)
	if files < 200 {
		t.Errorf("only %d files seen", files)
	}
}
