package server_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// replacedNames are identifiers that a standard term has replaced, in any package.
var replacedNames = strings.Fields(`
	AtAGlance glance glanceOf deed Together together togetherOnce Rehearse Putting SuccessorOf
	PutCode SpendCode DropCode TakeQuotas ClearQuotas SlideAccess ErrPresent ErrNotTried ColumnsSince PutMark PutUser
	Facts Change Grant Slid slid Intake Newcomer Newcomers PlantCode CodeLive RecordSeen KeptWait GatewayWait SeenEvery
	CodeGap GuessPair GuessAccount GuessAddress CodeAll VerifyNothing LooksOpaque LooksJWT
	Provoker Speaker Judge WrongForm NotListed ErrUnopened Mark Fold
	survived outOfTime detached patient furnish sightings moments arena hall newHall newSite plant plantSubjects
	errOvertaken saysNothingOfTheService notTheCaller usualPatience connectPatience unheard whence
`)

// replacedFiles are names of files and packages that a standard term has replaced.
var replacedFiles = strings.Fields(`
	bearer recent direct commit fold marks packed restore together touch turns tables connections exchanges
	pipeline caller address bounds queryfields moments seen finish facts exchange
	collector figures keeper program settings welcome newfile location listings limitflags tuning
	movein style failure seal gateway guarantees slice conform transfer programtest hall site people who
`)

func TestNamesAreStandardTerms(t *testing.T) {
	t.Parallel()
	files := 0
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && path == "../bin" {
			return filepath.SkipDir // what tools have made
		}
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, ".gen.go") {
			return err
		}
		files++
		name := strings.TrimSuffix(strings.TrimSuffix(entry.Name(), ".go"), "_test")
		if slices.Contains(replacedFiles, name) {
			t.Errorf("%s: the file has a replaced name", path)
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if slices.Contains(replacedFiles, file.Name.Name) {
			t.Errorf("%s: the package %s has a replaced name", path, file.Name.Name)
		}
		for _, id := range declared(file) {
			if slices.Contains(replacedNames, id.Name) {
				t.Errorf("%s: %s is a replaced name", set.Position(id.Pos()), id.Name)
			}
		}
		return nil
	})
	must(t, err)
	if files < 200 {
		t.Errorf("only %d files found", files)
	}
}

// declared lists the names that a file declares: its package, functions, types, methods,
// fields, constants, variables and parameters.
func declared(file *ast.File) []*ast.Ident {
	names := []*ast.Ident{file.Name}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			names = append(names, n.Name)
		case *ast.TypeSpec:
			names = append(names, n.Name)
		case *ast.ValueSpec:
			names = append(names, n.Names...)
		case *ast.Field:
			names = append(names, n.Names...)
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				if id, isName := left.(*ast.Ident); isName && n.Tok == token.DEFINE {
					names = append(names, id)
				}
			}
		}
		return true
	})
	return names
}
