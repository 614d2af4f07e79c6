package oasdiff

import (
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

const present = "../../openapi.yaml"

const advice = `
How to make a change that is meant to break:
  before the first release: cp openapi/openapi.yaml openapi/contracttest/oasdiff/baseline.yaml in the same commit, which says why.
  afterwards: keep the old one beside the new one, with deprecated: true, x-deprecation and x-sunset; take it out after its sunset.
openapi/contracttest/oasdiff/README.md explains both.`

// TestNothingBreaks compares the contract with that of the newest tag v*.
func TestNothingBreaks(t *testing.T) {
	text, named, _, err := LastRelease(t.Context(), "")
	must(t, err)
	before, err := read(text)
	must(t, err)
	found, err := breaks(before, contractNode(t), time.Now())
	must(t, err)
	t.Logf("compared with %s: %d breaks", named, len(found))
	if len(found) > 0 {
		t.Errorf("clients of %s would break:\n\n%s\n%s", named, report(found), advice)
	}
}

// TestPlantedBreaksAreFound changes the contract in each of the ways that break somebody.
func TestPlantedBreaksAreFound(t *testing.T) {
	if len(planted) < 31 {
		t.Errorf("%d changes are planted", len(planted))
	}
	for _, p := range planted {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			got := report(broken(t, given[p.name], p.edit))
			if !strings.Contains(got, p.where) || !strings.Contains(got, p.what) {
				t.Errorf("want %q in %q:\n%s", p.what, p.where, got)
			}
		})
	}
}

// TestHarmlessChangesPass changes the contract in ways that break nobody.
func TestHarmlessChangesPass(t *testing.T) {
	for _, h := range harmless {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			if found := broken(t, nil, h.edit); len(found) > 0 {
				t.Errorf("is reported:\n%s", report(found))
			}
		})
	}
}

// TestEveryWordIsListed finds extensions whose meaning to the comparison nobody has said.
func TestEveryWordIsListed(t *testing.T) {
	each(contractNode(t), func(at string, n node) {
		for key := range n {
			if _, listed := words[key]; isWord(key) && !listed {
				t.Errorf("%s: list %s in words.go: who reads it, and which changes of it are harmless?", at, key)
			}
		}
	})
}

// TestDeprecationsHaveAPolicy goes through the life of an operation, a property and a parameter.
func TestDeprecationsHaveAPolicy(t *testing.T) {
	day := func(months int) string { return time.Now().AddDate(0, months, 1).Format(time.DateOnly) }
	dated := func(since, until string) func(n node) {
		return func(n node) { n["deprecated"], n["x-deprecation"], n["x-sunset"] = true, since, until }
	}
	everywhere := func(mark func(n node)) func(d document) {
		return func(d document) {
			mark(d.operation("signOut"))
			mark(d.property("SessionInfo", "userAgent"))
			mark(d.property("UserDetailForm", "id"))
			mark(d.parameter("signInByMobile", "X-Device-Number"))
		}
	}
	goes := func(d document) {
		d.removeOperation("signOut")
		d.removeProperty("SessionInfo", "userAgent")
		d.removeProperty("UserDetailForm", "id")
		d.remove(d.operation("postUserDetail"), "x-query-too")
		d.operation("signInByMobile")["parameters"] = []any{}
	}
	none := func(document) {}
	for _, c := range []struct {
		name          string
		before, after func(document)
		reported      string
	}{
		{"with half a year's notice", none, everywhere(dated(day(0), day(7))), ""},
		{"without dates", none, everywhere(func(n node) { n["deprecated"] = true }), "is deprecated without x-deprecation or x-sunset"},
		{"without a sunset", none, everywhere(func(n node) { n["deprecated"], n["x-deprecation"] = true, day(0) }), "sunset date is missing"},
		{"with a time instead of a date", none, everywhere(dated(day(0), "in spring")), "is deprecated without x-deprecation or x-sunset"},
		{"with little notice", none, everywhere(dated(day(0), day(3))), "less than six months"},
		{"said to be deprecated long ago", none, everywhere(dated(day(-9), day(1))), "sunset"},
		{"a sunset that comes earlier", everywhere(dated(day(0), day(9))), everywhere(dated(day(0), day(7))), "x-sunset was"},
		{"a sunset that comes later", everywhere(dated(day(0), day(7))), everywhere(dated(day(0), day(9))), ""},
		{"a date alone", none, everywhere(func(n node) { n["x-sunset"] = day(9) }), "is not `deprecated: true`"},
		{"no longer deprecated", everywhere(dated(day(0), day(7))), none, ""},
		{"gone before its sunset", everywhere(dated(day(-3), day(4))), goes, "before"},
		{"gone after its sunset", everywhere(dated(day(-9), day(-2))), goes, ""},
		{"gone without deprecation", none, goes, "removed without deprecation"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := report(broken(t, c.before, c.after))
			if (got == "") != (c.reported == "") || !strings.Contains(got, c.reported) {
				t.Errorf("want %q:\n%s", c.reported, got)
			}
		})
	}
}

// TestReportNamesPlaceChangeAndPeople reads a report as an author does.
func TestReportNamesPlaceChangeAndPeople(t *testing.T) {
	got := report(broken(t, nil, func(d document) { d.operation("listSessions")["x-access"] = "self-or-administrator" }))
	const want = `listSessions (GET /auth/sessions)
    x-access was signed-in and is now self-or-administrator
    breaks: callers whom the server now refuses`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// broken compares the contract after one edit with the contract after another.
func broken(t *testing.T, before, after func(document)) []finding {
	t.Helper()
	edited := func(edit func(document)) node {
		d := document{t, contractNode(t)}
		if edit != nil {
			edit(d)
		}
		return d.node
	}
	found, err := breaks(edited(before), edited(after), time.Now())
	must(t, err)
	return found
}

func contractNode(t *testing.T) node {
	t.Helper()
	document, err := contractOnce()
	must(t, err)
	return copied(document).(node)
}

var contractOnce = sync.OnceValues(func() (node, error) {
	text, err := os.ReadFile(present)
	if err != nil {
		return nil, err
	}
	return read(text)
})

func report(found []finding) string {
	var lines []string
	for _, f := range found {
		lines = append(lines, f.String())
	}
	return strings.Join(lines, "\n")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
