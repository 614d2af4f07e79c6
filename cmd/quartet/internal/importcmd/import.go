// Package importcmd has the command `quartet import`, which imports a file of
// `quartet export` or the user table of another system.
package importcmd

import (
	"context"
	"os"

	"quartet/cmd/quartet/internal/cli"
	"quartet/cmd/quartet/internal/dumpcmd"
)

// Command imports a file.
type Command struct {
	cli.DatabaseFlags
	DryRun       bool         `help:"Check the file, and change nothing."`
	JSON         bool         `name:"json" help:"Print the counts as JSON."`
	From         string       `enum:",jpress,ruoyi,jeecg,abp,yudao,yudao-member" default:"" env:"-" placeholder:"SYSTEM" help:"Import the user table of another system: jpress, ruoyi, jeecg, abp, yudao or yudao-member. The file is CSV with a header, JSON Lines, a JSON array or .xlsx."`
	Table        string       `env:"-" placeholder:"NAME" help:"With --from, the table of the other system that the file has: its users unless you say otherwise, else its departments, its roles, or who has which."`
	OnError      string       `default:"stop" enum:"stop,skip" help:"With --from, what to do at a user who cannot be imported: ${enum}."`
	Format       string       `enum:",csv,jsonl,json,xlsx" default:"" env:"-" placeholder:"FORMAT" help:"With --from, the file's format: csv, jsonl, json or xlsx. By default its start decides."`
	TrustMobiles bool         `env:"-" help:"With --from, take mobile numbers as verified although the old system does not say so: whoever holds a number can sign in with it."`
	TrustEmails  bool         `env:"-" help:"With --from, take e-mail addresses as verified although the old system does not say so."`
	Update       updateFlag   `env:"-" help:"With --from, bring what the file says of users who were imported before. What was set here since is kept; --update=all takes it from the file too."`
	TimeZone     cli.TimeZone `default:"Asia/Shanghai" help:"With --from, time zone of dates that have none in the file."`
	Report       string       `env:"-" placeholder:"FILE" help:"With --from, write to this CSV file what was refused, dropped, changed, updated and kept: line, id, column, and the reason in English and Chinese."`
	File         string       `arg:"" help:"File to read; - is standard input. With --from it can be a directory whose files are named after the tables, such as sys_user.csv."`
}

// Validate refuses flags that mean nothing without --from.
func (i *Command) Validate() error {
	if i.From == "" && (i.OnError != "stop" || i.Format != "" || i.TrustMobiles || i.TrustEmails || i.Update != "" || i.Table != "" || i.Report != "") {
		return cli.Usagef("--on-error skip, --format, --trust-mobiles, --trust-emails, --table, --update and --report require --from")
	}
	return nil
}

// Run imports the file.
func (i *Command) Run(ctx context.Context, c *cli.Console) error {
	if i.From != "" {
		return i.importFrom(ctx, c)
	}
	in := c.In
	if i.File != "-" {
		file, err := os.Open(i.File)
		if err != nil {
			return err
		}
		defer file.Close()
		in = file
	}
	return dumpcmd.Import(ctx, c, in, i.DatabaseFlags, dumpcmd.ImportOptions{DryRun: i.DryRun, JSON: i.JSON})
}
