package store

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"quartet/store/internal/engine"
	"quartet/store/internal/mysql"
)

// notPortable is what not all relatives of PostgreSQL have, or what makes all
// servers wait for one place: they agree by rows alone. OceanBase's seekdb crashes when
// DO 0 is executed for the third time.
var notPortable = regexp.MustCompile(`(?i)\b(pg_(try_)?advisory\w*|LISTEN|NOTIFY|pg_notify|(small|big)?serial|SEQUENCE|nextval|AS IDENTITY|` +
	`AUTOINCREMENT|TRIGGER|FUNCTION|PROCEDURE|TEMP|TEMPORARY|LOCK TABLE|SKIP LOCKED|UNLOGGED|EXTENSION|DO 0)\b`)

func TestNothingButPortableSQL(t *testing.T) {
	t.Parallel()
	texts := statementTexts(t)
	for place, text := range migrationTexts(t) {
		texts[place] = text
	}
	if len(texts) < 100 {
		t.Errorf("only %d texts were looked at", len(texts))
	}
	for place, text := range texts {
		if found := notPortable.FindString(text); found != "" {
			t.Errorf("%s: %s", place, found)
		}
	}
	for _, text := range []string{"SELECT pg_advisory_lock(1)", "id BIGSERIAL", "LISTEN kicks", "SELECT pg_notify('a', 'b')", "CREATE SEQUENCE ids"} {
		if !notPortable.MatchString(text) {
			t.Errorf("%s would pass", text)
		}
	}
}

// statementTexts are the string literals of the store and its engines: their SQL
// among them.
func statementTexts(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	var files []string
	for _, folder := range []string{".", "internal/engine", "internal/sqlite", "internal/postgres", "internal/mysql"} {
		found, err := filepath.Glob(folder + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	set := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				text, err := strconv.Unquote(literal.Value)
				if err != nil {
					t.Fatal(err)
				}
				texts[set.Position(literal.Pos()).String()] = text
			}
			return true
		})
	}
	return texts
}

// migrationTexts are the migrations without their comments.
func migrationTexts(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	comment := regexp.MustCompile(`--.*`)
	for engine, files := range map[string]fs.FS{"": engine.Migrations(), "mysql/": mysql.Migrations()} {
		names, err := fs.Glob(files, "*.sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := fs.ReadFile(files, name)
			if err != nil {
				t.Fatal(err)
			}
			texts[engine+name] = comment.ReplaceAllString(string(text), "")
		}
	}
	return texts
}
