package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/jedib0t/go-pretty/v6/table"
)

// printLines prints `bench-cluster <engine> <case> <what> <number>`, for scripts.
func (r *clusterResults) printLines(to io.Writer) {
	for _, f := range r.Figures {
		head := fmt.Sprintf("bench-cluster %s %s users=%d,servers=%d", f.Engine, f.Case, f.Users, f.Servers)
		fmt.Fprintf(to, "%s %.3f\n", head, f.Ratio.Median)
		fmt.Fprintf(to, "%s,statements %.2f\n", head, f.Statements[0])
		fmt.Fprintf(to, "%s,round-trips %.2f\n", head, f.RoundTrips[0])
		if f.Server.CPU > 0 {
			fmt.Fprintf(to, "%s,cpu-us %.1f\n", head, f.Server.CPU)
			fmt.Fprintf(to, "%s,cpu-ratio %.3f\n", head, f.Cost.Median)
		}
	}
	for _, g := range r.growths() {
		fmt.Fprintf(to, "bench-cluster %s %s growth-to-users=%d %.3f\n", g.of.Engine, g.of.Case, g.users, g.time)
	}
}

// tables are those of the page.
func (r *clusterResults) tables(in words) []table.Writer {
	compared := newTable(in, 3, "engine", "what", "users", "servers", "ratio", "lowest–highest", "CPU ratio", "lowest–highest", "server /s", "bare /s",
		"server CPU", "database", "bare CPU", "database", "server statements", "round trips", "bare statements", "round trips")
	grown := newTable(in, 3, "engine", "what", "users", "CPU with 3 servers to 1", "requests a second", "statements")
	for _, f := range r.Figures {
		compared.AppendRow(table.Row{
			f.Engine, in(f.What), humanize.Comma(int64(f.Users)), f.Servers, fmt.Sprintf("%.2f", f.Ratio.Median),
			fmt.Sprintf("%.2f–%.2f", f.Ratio.Low, f.Ratio.High), fmt.Sprintf("%.2f", f.Cost.Median), fmt.Sprintf("%.2f–%.2f", f.Cost.Low, f.Cost.High),
			rate(f.Server.PerSecond), rate(f.Reference.PerSecond),
			long(f.Server.CPU), long(f.Server.Database), long(f.Reference.CPU), long(f.Reference.Database),
			count(f.Statements[0]), count(f.RoundTrips[0]), count(f.Statements[1]), count(f.RoundTrips[1]),
		})
		if one, found := r.figure(f.Engine, f.Case, f.Users, 1); found && f.Servers == mostServers {
			grown.AppendRow(table.Row{
				f.Engine, in(f.What), humanize.Comma(int64(f.Users)),
				times(f.Server.CPU, one.Server.CPU), times(f.Server.PerSecond, one.Server.PerSecond), times(f.Statements[0], one.Statements[0]),
			})
		}
	}
	more := newTable(in, 3, "engine", "what", "users", "time of a request to that with 1,000", "server CPU")
	for _, g := range r.growths() {
		more.AppendRow(table.Row{g.of.Engine, in(g.of.What), humanize.Comma(int64(g.users)), fmt.Sprintf("%.2f", g.time), fmt.Sprintf("%.2f", g.cpu)})
	}
	return slices.DeleteFunc([]table.Writer{compared, grown, more}, func(t table.Writer) bool { return t.Length() == 0 })
}

func count(of float64) string { return fmt.Sprintf("%.1f", of) }

func times(more, one float64) string {
	if one == 0 {
		return "" // the system does not tell
	}
	return fmt.Sprintf("%.2f", more/one)
}

func (r *clusterResults) figure(engine, name string, users, servers int) (found clusterFigure, ok bool) {
	i := slices.IndexFunc(r.Figures, func(f clusterFigure) bool {
		return f.Engine == engine && f.Case == name && f.Users == users && f.Servers == servers
	})
	if i < 0 {
		return found, false
	}
	return r.Figures[i], true
}

// grownTo is what more users cost: factors of one server's figures.
type grownTo struct {
	of        clusterFigure // with the fewest users
	users     int
	time, cpu float64
}

func (r *clusterResults) growths() (all []grownTo) {
	for _, f := range r.Figures {
		few, _ := r.figure(f.Engine, f.Case, 1000, 1)
		if f.Servers == 1 && f.Users > few.Users && few.Users > 0 {
			all = append(all, grownTo{few, f.Users, few.Server.PerSecond / f.Server.PerSecond, f.Server.CPU / few.Server.CPU})
		}
	}
	return all
}

// engines are those that were measured, with their versions and buffers.
func (r *clusterResults) engines() string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(r.Versions)) {
		version, _, _ := strings.Cut(r.Versions[name], " (")
		all = append(all, fmt.Sprintf("%s (%s, %s)", name, version, humanize.IBytes(r.Buffers[name])))
	}
	return strings.Join(all, ", ")
}

func (r *clusterResults) markdown() string {
	page := fmt.Sprintf("# Several servers on one database: the figures\n\n[中文](results-cluster.zh-CN.md)\n\n"+
		"Measured %s by `make bench-cluster`: %s, %s, %d processors for the servers, the bare programs, the database and the load; %d rounds of %s. Engines, with their versions and the memory of their buffers: %s.\n",
		r.Measured.Format("2006-01-02"), r.Program, r.System, r.Processors, r.Rounds, r.Duration, r.engines())
	if len(r.Skipped) > 0 {
		page += "\nNot measured, because no URL was given: " + strings.Join(r.Skipped, ", ") + ".\n"
	}
	return page + r.markdownTables(inEnglish)
}

func (r *clusterResults) markdownInChinese() string {
	page := fmt.Sprintf("# 多台服务器共用一个数据库：测量数据\n\n[English](results-cluster.md)\n\n"+
		"测量于 %s，命令 `make bench-cluster`：%s，%s，%d 个处理器，由服务器、最小程序、数据库和负载程序共用；%d 轮，每次 %s。数据库（版本，缓冲区内存）：%s。\n",
		r.Measured.Format("2006-01-02"), r.Program, r.System, r.Processors, r.Rounds, r.Duration, r.engines())
	if len(r.Skipped) > 0 {
		page += "\n未测量（没有给出 URL）：" + strings.Join(r.Skipped, "、") + "。\n"
	}
	return page + r.markdownTables(inChinese)
}

func (r *clusterResults) markdownTables(in words) string {
	var page strings.Builder
	for _, t := range r.tables(in) {
		page.WriteString("\n" + t.RenderMarkdown() + "\n")
	}
	return page.String()
}
