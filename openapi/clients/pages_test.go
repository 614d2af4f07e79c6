package clients

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// language is what a page's tables are written in.
type language struct {
	page, readme                              string
	operation, works, legacy, honest, noWhere string
	client, options, none, without            string
	separator, between                        string // of cases, of names
	say, name                                 func(string) string
}

var languages = []language{
	{
		page: "README.md", readme: "../../README.md",
		operation: "operation", works: "works", legacy: "needs `--legacy-status %s`", honest: "needs the honest status of `%s`", noWhere: "does not work",
		client: "your client", options: "the options it needs", none: "none", without: "no `--legacy-status %s`",
		separator: "; ", between: ", ", say: asItIs, name: asItIs,
	},
	{
		page: "README.zh-CN.md", readme: "../../README.zh-CN.md",
		operation: "接口", works: "可用", legacy: "需要 `--legacy-status %s`", honest: "需要 `%s` 的真实状态码", noWhere: "不可用",
		client: "你的客户端", options: "需要的选项", none: "无", without: "不能用 `--legacy-status %s`",
		separator: "；", between: "、", say: caseInChinese, name: nameInChinese,
	},
}

func asItIs(text string) string { return text }

// checkPages compares the tables of the pages with what the families got. The README's table
// is of all families, so it is compared only when all have run.
func checkPages(t *testing.T, ran map[string]matrix) {
	t.Helper()
	for _, l := range languages {
		var all []matrix
		complete := true
		for _, f := range families {
			m, found := ran[f.name]
			complete = complete && found
			all = append(all, m)
			if found {
				checkBlock(t, l.page, f.name, l.family(m))
			}
		}
		if complete {
			checkBlock(t, l.readme, "clients", l.summary(all))
		}
	}
}

// checkBlock compares the text between <!-- name --> and <!-- /name --> of a page, or rewrites it.
func checkBlock(t *testing.T, page, name, want string) {
	t.Helper()
	text, err := os.ReadFile(page)
	must(t, err)
	begin, end := "<!-- "+name+" -->\n", "<!-- /"+name+" -->"
	block := regexp.MustCompile(`(?s)` + regexp.QuoteMeta(begin) + `.*?` + regexp.QuoteMeta(end))
	found := block.FindString(string(text))
	if found == "" {
		t.Errorf("%s has no block %s", page, strings.TrimSpace(begin))
		return
	}
	written := begin + "\n" + want + "\n" + end
	if found == written {
		return
	}
	if !*update {
		t.Errorf("%s: the table of %s is not of this run. To rewrite it: make test-clients UPDATE=true", filepath.Base(page), name)
		return
	}
	must(t, os.WriteFile(page, []byte(strings.Replace(string(text), found, written, 1)), 0o644))
}

// family renders the operations of each client. Clients with the same results share a table.
func (l language) family(m matrix) string {
	var tables, names []string
	for _, client := range m.clients() {
		table := l.table(m.of(client))
		if at := slices.Index(tables, table); at >= 0 {
			names[at] += " · " + l.name(client)
		} else {
			tables, names = append(tables, table), append(names, l.name(client))
		}
	}
	var out strings.Builder
	for i, table := range tables {
		fmt.Fprintf(&out, "### %s\n\n%s\n", names[i], table)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// table renders the cases of one client by operation, in a column for each verdict.
func (l language) table(m matrix) string {
	columns := []verdict{works}
	for _, v := range []verdict{needsLegacy, needsHonest, fails} {
		if slices.ContainsFunc(m, func(c *cell) bool { return c.verdict() == v }) {
			columns = append(columns, v)
		}
	}
	var out strings.Builder
	fmt.Fprintf(&out, "| %s |", l.operation)
	for _, v := range columns {
		fmt.Fprintf(&out, " %s |", l.title(v, m.dialectsOf(v)))
	}
	out.WriteString("\n|---|" + strings.Repeat("---|", len(columns)) + "\n")
	var seen []string
	for _, c := range m {
		if slices.Contains(seen, c.Operation) {
			continue
		}
		seen = append(seen, c.Operation)
		fmt.Fprintf(&out, "| `%s` |", c.Operation)
		for _, v := range columns {
			var said []string
			for _, name := range m.cases(c.Operation, v) {
				said = append(said, l.say(name))
			}
			fmt.Fprintf(&out, " %s |", strings.Join(said, l.separator))
		}
		out.WriteString("\n")
	}
	return out.String()
}

func (l language) title(v verdict, dialects []string) string {
	switch v {
	case needsLegacy:
		return fmt.Sprintf(l.legacy, strings.Join(dialects, ","))
	case needsHonest:
		return fmt.Sprintf(l.honest, strings.Join(dialects, ","))
	case fails:
		return l.noWhere
	default:
		return l.works
	}
}

// summary renders what each client needs. Clients of a family with the same needs share a
// row.
func (l language) summary(families []matrix) string {
	var out strings.Builder
	fmt.Fprintf(&out, "| %s | %s |\n|---|---|\n", l.client, l.options)
	for _, m := range families {
		var needs, names []string
		for _, client := range m.clients() {
			need := strings.Join(l.optionsOf(m.of(client)), " · ")
			if at := slices.Index(needs, need); at >= 0 {
				names[at] += l.between + l.name(client)
			} else {
				needs, names = append(needs, need), append(names, l.name(client))
			}
		}
		for i := range names {
			fmt.Fprintf(&out, "| %s | %s |\n", names[i], needs[i])
		}
	}
	return out.String()
}

// optionsOf lists the options that a client needs to show all it can.
func (l language) optionsOf(m matrix) []string {
	var options []string
	if dialects := m.dialectsOf(needsLegacy); len(dialects) > 0 {
		options = append(options, "`--legacy-status "+strings.Join(dialects, ",")+"`")
	}
	if dialects := m.dialectsOf(needsHonest); len(dialects) > 0 {
		options = append(options, fmt.Sprintf(l.without, strings.Join(dialects, ",")))
	}
	for _, need := range m.needs() {
		options = append(options, "`"+need+"`")
	}
	if len(options) == 0 {
		options = []string{l.none}
	}
	return options
}
