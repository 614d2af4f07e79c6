package dialect

import (
	"fmt"
	"slices"
	"strings"

	"quartet/server/apierr"
)

// Row is a line of the error reference. Its messages contain their placeholders,
// without the brackets around optional parts.
type Row struct {
	Symbol  apierr.Code
	Numbers []int32 // of the dialects, in the order of the list
	Entry
}

// Reference returns the catalogue as a table, by HTTP status and symbol.
func (l List) Reference() []Row {
	rows := make([]Row, 0, len(Catalogue))
	for symbol, entry := range Catalogue {
		row := Row{Symbol: symbol, Entry: entry}
		row.Chinese, row.English = brackets.Replace(entry.Chinese), brackets.Replace(entry.English)
		for _, d := range l {
			row.Numbers = append(row.Numbers, d.Number(symbol))
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b Row) int {
		if a.HTTP != b.HTTP {
			return a.HTTP - b.HTTP
		}
		return strings.Compare(string(a.Symbol), string(b.Symbol))
	})
	return rows
}

var brackets = strings.NewReplacer("[", "", "]", "")

// Markdown returns the reference as the table of ERRORS.md. Each row has an anchor with
// the name of its symbol.
func (l List) Markdown() string {
	var text strings.Builder
	text.WriteString("# 错误码 Errors\n\nGenerated from `catalogue.go` and the dialects' folders by `make generate`; do not edit. " +
		"`{…}` is filled with the parameter and what it must be.\n\n")
	fmt.Fprintf(&text, "| symbol | HTTP | %s | 中文 | English | 怎么办 | what to do |\n", strings.Join(l.Names(), " | "))
	text.WriteString(strings.Repeat("|---", len(l.Names())+6) + "|\n")
	for _, row := range l.Reference() {
		fmt.Fprintf(&text, "| <a id=\"%s\"></a>`%s` | %d |", row.Symbol, row.Symbol, row.HTTP)
		for _, number := range row.Numbers {
			fmt.Fprintf(&text, " %d |", number)
		}
		fmt.Fprintf(&text, " %s | %s | %s | %s |\n", row.Chinese, row.English, row.AdviceChinese, row.AdviceEnglish)
	}
	return text.String()
}
