package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

func (c comparison) key() string {
	return fmt.Sprintf("%s/users=%d/clients=%d", c.Case, c.Users, c.Clients)
}

// publish prints the tables and the lines for scripts, and writes the results as
// JSON, Markdown and a picture into the folder out, if there is one.
func (r *results) publish(terminal io.Writer, out string) error {
	for _, t := range r.tables() {
		fmt.Fprintln(terminal, t.Render())
	}
	for _, line := range r.lines() {
		fmt.Fprintln(terminal, line)
	}
	if out == "" {
		return nil
	}
	encoded, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	for name, content := range map[string]string{
		"results.json": string(encoded) + "\n", "results.md": r.markdown(), "results.svg": r.picture(),
	} {
		if err := os.WriteFile(filepath.Join(out, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	return r.paste(filepath.Join(out, "README.md"))
}

// What the page's table stands between.
const tableBegin, tableEnd = "<!-- results -->\n", "<!-- /results -->"

// paste replaces the table of a page, if there is one.
func (r *results) paste(page string) error {
	text, err := os.ReadFile(page)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	before, rest, begins := strings.Cut(string(text), tableBegin)
	_, after, ends := strings.Cut(rest, tableEnd)
	if !begins || !ends {
		return fmt.Errorf("%s has no place for the results, between %q and %q", page, tableBegin, tableEnd)
	}
	return os.WriteFile(page, []byte(before+tableBegin+r.markdown()+tableEnd+after), 0o644)
}

// lines are `bench <case> <what> <number>`, for scripts. Above 1 the server is
// ahead: in requests a second or, with cpu, in processor time for each.
func (r *results) lines() []string {
	var lines []string
	for _, c := range r.Comparisons {
		lines = append(lines, fmt.Sprintf("bench %s users=%d,clients=%d %.3f", c.Case, c.Users, c.Clients, c.Ratio.Median))
		if c.Server.CPU > 0 {
			lines = append(lines, fmt.Sprintf("bench %s users=%d,clients=%d,cpu %.3f", c.Case, c.Users, c.Clients, c.Reference.CPU/c.Server.CPU))
		}
	}
	for _, f := range r.Floods {
		lines = append(lines, fmt.Sprintf("bench read-during-sign-ins %s-kept %.3f", f.Program, f.Kept.Median))
	}
	for _, g := range r.Growth {
		for _, of := range []struct {
			what   string
			figure float64
		}{
			{"warm-us", g.WarmCPU}, {"cold-us", g.ColdCPU}, {"file-mb", float64(g.Disk) / 1e6},
			{"idle-mb", float64(g.MemoryIdle) / 1e6}, {"loaded-mb", float64(g.Memory) / 1e6},
			{"start-ms", g.Start / 1e3}, {"killed-start-ms", g.KilledStart / 1e3},
		} {
			lines = append(lines, fmt.Sprintf("bench growth users=%d,%s %.1f", g.Users, of.what, of.figure))
		}
	}
	return lines
}

func (r *results) tables() []table.Writer {
	made := []table.Writer{r.comparisonTable()}
	if len(r.Floods) > 0 {
		made = append(made, r.floodTable())
	}
	if len(r.Growth) > 0 {
		made = append(made, r.growthTable())
	}
	return made
}

func newTable(numbersFrom int, header ...any) table.Writer {
	t := table.NewWriter()
	t.AppendHeader(header)
	t.Style().Format.Header = text.FormatDefault
	var columns []table.ColumnConfig
	for i := numbersFrom; i <= len(header); i++ {
		columns = append(columns, table.ColumnConfig{Number: i, Align: text.AlignRight})
	}
	t.SetColumnConfigs(columns)
	return t
}

func (r *results) comparisonTable() table.Writer {
	t := newTable(2, "what", "users", "at once", "ratio", "lowest–highest", "server /s", "bare /s", "server p50", "p99", "bare p50", "p99", "server CPU", "bare CPU")
	for _, c := range r.Comparisons {
		t.AppendRow(table.Row{
			c.What, humanize.Comma(int64(c.Users)), c.Clients, fmt.Sprintf("%.2f", c.Ratio.Median),
			fmt.Sprintf("%.2f–%.2f", c.Ratio.Low, c.Ratio.High),
			rate(c.Server.PerSecond), rate(c.Reference.PerSecond),
			long(c.Server.P50), long(c.Server.P99), long(c.Reference.P50), long(c.Reference.P99),
			long(c.Server.CPU), long(c.Reference.CPU),
		})
	}
	return t
}

func (r *results) floodTable() table.Writer {
	t := newTable(2, "reads while 64 sign in by password", "kept", "lowest–highest", "alone /s", "flooded /s", "p99 alone", "p99 flooded")
	for _, f := range r.Floods {
		t.AppendRow(table.Row{
			f.Program, percent(f.Kept.Median), percent(f.Kept.Low) + "–" + percent(f.Kept.High),
			rate(f.Alone), rate(f.Flooded), long(f.P99Alone), long(f.P99In),
		})
	}
	return t
}

func (r *results) growthTable() table.Writer {
	t := newTable(1, "users", "sessions", "file",
		"tokens in use: CPU a read", "/s", "every token another: CPU a read", "/s", "memory idle", "memory after", "first answer", "after SIGKILL", "with a log of")
	for _, g := range r.Growth {
		t.AppendRow(table.Row{
			humanize.Comma(int64(g.Users)), humanize.Comma(int64(g.Sessions)), humanize.IBytes(uint64(g.Disk)),
			long(g.WarmCPU), rate(g.Warm), long(g.ColdCPU), rate(g.Cold),
			humanize.IBytes(uint64(g.MemoryIdle)), humanize.IBytes(uint64(g.Memory)), long(g.Start), long(g.KilledStart), humanize.IBytes(uint64(g.Log)),
		})
	}
	return t
}

func rate(perSecond float64) string {
	if perSecond < 100 {
		return fmt.Sprintf("%.1f", perSecond)
	}
	return humanize.Comma(int64(perSecond + 0.5))
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

// long words microseconds.
func long(microseconds float64) string {
	switch {
	case microseconds == 0:
		return "–"
	case microseconds < 1000:
		return fmt.Sprintf("%.0f µs", microseconds)
	case microseconds < 1e6:
		return fmt.Sprintf("%.1f ms", microseconds/1e3)
	default:
		return fmt.Sprintf("%.1f s", microseconds/1e6)
	}
}

func (r *results) markdown() string {
	var page strings.Builder
	fmt.Fprintf(&page, "Measured %s: %s, %s, %d processors, which the load shared; %d rounds of %s.\n",
		r.Measured.Format("2006-01-02"), r.Program, r.System, r.Processors, r.Rounds, r.Duration)
	for _, t := range r.tables() {
		page.WriteString("\n" + t.RenderMarkdown() + "\n")
	}
	return page.String()
}
