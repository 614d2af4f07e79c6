package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// report is the results of a command.
type report interface {
	tables(in words) []table.Writer
	printLines(to io.Writer)
	markdown() string
	markdownInChinese() string
}

// publish prints the tables and the lines for scripts of a report, and writes it as JSON and
// Markdown into files that begin with name in the folder out, if there is one.
func publish(r report, terminal io.Writer, out, name string) error {
	for _, t := range r.tables(inEnglish) {
		fmt.Fprintln(terminal, t.Render())
	}
	r.printLines(terminal)
	if out == "" {
		return nil
	}
	encoded, err := json.MarshalIndent(r, "", "  ")
	if err := errors.Join(err, os.MkdirAll(out, 0o755)); err != nil {
		return err
	}
	for suffix, content := range map[string]string{".json": string(encoded) + "\n", ".md": r.markdown(), ".zh-CN.md": r.markdownInChinese()} {
		if err := os.WriteFile(filepath.Join(out, name+suffix), []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// publish also writes a picture.
func (r *results) publish(terminal io.Writer, out string) error {
	if err := publish(r, terminal, out, "results"); err != nil || out == "" {
		return err
	}
	picture, err := r.picture()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "results.svg"), []byte(picture), 0o644)
}

// printLines prints `bench <case> <what> <number>`, for scripts. Above 1 the server
// is ahead: in requests a second or, with cpu, in processor time for each.
func (r *results) printLines(to io.Writer) {
	for _, c := range r.Comparisons {
		fmt.Fprintf(to, "bench %s users=%d,clients=%d %.3f\n", c.Case, c.Users, c.Clients, c.Ratio.Median)
		if c.Server.CPU > 0 {
			fmt.Fprintf(to, "bench %s users=%d,clients=%d,cpu %.3f\n", c.Case, c.Users, c.Clients, c.Reference.CPU/c.Server.CPU)
		}
	}
	for _, f := range r.Floods {
		fmt.Fprintf(to, "bench read-during-sign-ins %s-kept %.3f\n", f.Program, f.Kept.Median)
	}
	for _, g := range r.Growth {
		for _, of := range []struct {
			what   string
			figure float64
		}{
			{"warm-us", g.WarmCPU}, {"cold-us", g.ColdCPU}, {"file-mb", float64(g.Disk) / 1e6},
			{"idle-mb", float64(g.MemoryIdle) / 1e6}, {"idle-anonymous-mb", float64(g.AnonymousIdle) / 1e6},
			{"loaded-mb", float64(g.Memory) / 1e6}, {"loaded-anonymous-mb", float64(g.Anonymous) / 1e6},
			{"start-ms", g.Start / 1e3}, {"killed-start-ms", g.KilledStart / 1e3},
		} {
			fmt.Fprintf(to, "bench growth users=%d,%s %.1f\n", g.Users, of.what, of.figure)
		}
	}
}

// words gives a heading or a name of a table in the language of its page.
type words func(english string) string

func inEnglish(english string) string { return english }

// tables are those that have rows.
func (r *results) tables(in words) []table.Writer {
	compared := newTable(in, 2, "what", "users", "at once", "ratio", "lowest–highest", "server /s", "bare /s", "server p50", "p99", "bare p50", "p99", "server CPU", "bare CPU")
	for _, c := range r.Comparisons {
		compared.AppendRow(table.Row{
			in(c.What), humanize.Comma(int64(c.Users)), c.Clients, fmt.Sprintf("%.2f", c.Ratio.Median),
			fmt.Sprintf("%.2f–%.2f", c.Ratio.Low, c.Ratio.High),
			rate(c.Server.PerSecond), rate(c.Reference.PerSecond),
			long(c.Server.P50), long(c.Server.P99), long(c.Reference.P50), long(c.Reference.P99),
			long(c.Server.CPU), long(c.Reference.CPU),
		})
	}
	flooded := newTable(in, 2, "reads while 64 sign in by password", "kept", "lowest–highest", "alone /s", "flooded /s", "p99 alone", "p99 flooded")
	for _, f := range r.Floods {
		flooded.AppendRow(table.Row{
			in(f.Program), percent(f.Kept.Median), percent(f.Kept.Low) + "–" + percent(f.Kept.High),
			rate(f.Alone), rate(f.Flooded), long(f.P99Alone), long(f.P99In),
		})
	}
	grown := newTable(in, 1, "users", "sessions", "file", "tokens in use: CPU a read", "/s", "every token another: CPU a read", "/s",
		"RSS idle (anonymous)", "RSS after (anonymous)", "first answer", "after SIGKILL", "with a log of")
	for _, g := range r.Growth {
		grown.AppendRow(table.Row{
			humanize.Comma(int64(g.Users)), humanize.Comma(int64(g.Sessions)), large(g.Disk),
			long(g.WarmCPU), rate(g.Warm), long(g.ColdCPU), rate(g.Cold),
			large(g.MemoryIdle) + " (" + large(g.AnonymousIdle) + ")", large(g.Memory) + " (" + large(g.Anonymous) + ")",
			long(g.Start), long(g.KilledStart), large(g.Log),
		})
	}
	return slices.DeleteFunc([]table.Writer{compared, flooded, grown}, func(t table.Writer) bool { return t.Length() == 0 })
}

func newTable(in words, numbersFrom int, header ...string) table.Writer {
	t := table.NewWriter()
	var row table.Row
	for _, name := range header {
		row = append(row, in(name))
	}
	t.AppendHeader(row)
	t.Style().Format.Header = text.FormatDefault
	var columns []table.ColumnConfig
	for i := numbersFrom; i <= len(header); i++ {
		columns = append(columns, table.ColumnConfig{Number: i, Align: text.AlignRight})
	}
	t.SetColumnConfigs(columns)
	return t
}

func rate(perSecond float64) string {
	if perSecond < 100 {
		return fmt.Sprintf("%.1f", perSecond)
	}
	return humanize.Comma(int64(perSecond + 0.5))
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

func large(bytes int64) string { return humanize.IBytes(uint64(bytes)) }

func long(microseconds float64) string { return humanize.SIWithDigits(microseconds/1e6, 1, "s") }

func (r *results) markdown() string {
	return fmt.Sprintf("# The figures\n\n[中文](results.zh-CN.md)\n\nMeasured %s: %s, %s, %d processors, which the load shared; %d rounds of %s.\n",
		r.Measured.Format("2006-01-02"), r.Program, r.System, r.Processors, r.Rounds, r.Duration) + r.markdownTables(inEnglish)
}

func (r *results) markdownTables(in words) string {
	var page strings.Builder
	for _, t := range r.tables(in) {
		page.WriteString("\n" + t.RenderMarkdown() + "\n")
	}
	return page.String()
}
