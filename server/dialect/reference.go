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

// ReferencePage is what the two pages of the reference, ERRORS.md and ERRORS.zh-CN.md, differ in.
type ReferencePage struct {
	Name, Head, Symbol, WhatToDo string
	Advice                       func(Row) string
}

// ReferencePages are the reference in English and in Chinese.
var ReferencePages = []ReferencePage{
	{
		Name: "ERRORS.md",
		Head: "# Errors\n\n[中文](ERRORS.zh-CN.md)\n\nGenerated from `catalogue.go` and the dialects' folders by `make generate`; do not edit. " +
			"`{…}` is filled with the parameter and what it must be. The columns of the dialects are the numbers in their bodies.\n\n",
		Symbol: "symbol", WhatToDo: "what to do",
		Advice: func(r Row) string { return r.AdviceEnglish },
	},
	{
		Name: "ERRORS.zh-CN.md",
		Head: "# 错误码\n\n[English](ERRORS.md)\n\n由 `make generate` 根据 `catalogue.go` 和各方言的目录生成，请勿手工修改。" +
			"`{…}` 处会填入参数名及其应满足的条件。各方言一列是其响应体中的错误码。\n\n",
		Symbol: "符号", WhatToDo: "怎么办",
		Advice: func(r Row) string { return r.AdviceChinese },
	},
}

// Markdown returns the reference as a page. Each row has an anchor with the name of its
// symbol.
func (l List) Markdown(page ReferencePage) string {
	var text strings.Builder
	text.WriteString(page.Head)
	fmt.Fprintf(&text, "| %s | HTTP | %s | 中文 | English | %s |\n", page.Symbol, strings.Join(l.Names(), " | "), page.WhatToDo)
	text.WriteString(strings.Repeat("|---", len(l.Names())+5) + "|\n")
	for _, row := range l.Reference() {
		fmt.Fprintf(&text, "| <a id=\"%s\"></a>`%s` | %d |", row.Symbol, row.Symbol, row.HTTP)
		for _, number := range row.Numbers {
			fmt.Fprintf(&text, " %d |", number)
		}
		fmt.Fprintf(&text, " %s | %s | %s |\n", row.Chinese, row.English, page.Advice(row))
	}
	return text.String()
}
