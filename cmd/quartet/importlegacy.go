package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"quartet/server/account"
	"quartet/server/userimport"
)

// legacyFlags are for the users of another back end.
type legacyFlags struct {
	From         string `enum:",jpress,ruoyi,jeecg,abp" default:"" env:"-" placeholder:"SYSTEM" help:"Take in the user table of jpress, ruoyi, jeecg or abp: CSV with a header, or one JSON object a line."`
	Format       string `enum:",csv,jsonl" default:"" env:"-" placeholder:"csv|jsonl" help:"Of the file with --from; otherwise its first byte tells."`
	TrustMobiles bool   `env:"-" help:"With --from, take mobiles as proven though the old system does not say so: whoever holds one can sign in by it."`
	TrustEmails  bool   `env:"-" help:"The same of e-mails."`
	Wrap         bool   `env:"-" help:"With --from, wrap quick old password hashes in argon2id: about 25 ms a user and core."`
	TimeZone     zone   `default:"Asia/Shanghai" help:"Time zone of the file's dates that carry none, with --from."`
}

// moveIn takes in the users of another back end.
func (i *importCommand) moveIn(ctx context.Context, c *console, file io.Reader) error {
	dump, err := userimport.NewReader(i.From, file, userimport.Options{
		Format: i.Format, Zone: i.TimeZone.Location,
		TrustMobiles: i.TrustMobiles, TrustEmails: i.TrustEmails,
	})
	if err != nil {
		return errors.New(cell(err.Error())) // it can name a column, which is the file's choice
	}
	return administration{location: i.location}.with(ctx, func(accounts *account.Service) (err error) {
		stop := i.OnError == "stop"
		into := accounts.NewImporter(account.ImportOptions{Source: i.From, Stop: stop, DryRun: i.DryRun, Wrap: i.Wrap})
		defer func() { err = errors.Join(err, into.Close()) }()
		report := &legacyReport{rowReport: c.reportRows(i.rowFlags, -1)}
		err = userimport.Run(ctx, dump, into, report, stop)
		if report.deleted > 0 {
			fmt.Fprintf(c.errs, "%d users are deleted in the old system and were left out.\n", report.deleted)
		}
		return report.finish(err)
	})
}

// legacyReport tells what becomes of the users of another back end.
type legacyReport struct {
	*rowReport
	deleted int64
}

// Added counts somebody who came in.
func (r *legacyReport) Added() { r.add(1) }

// Present counts somebody who came before.
func (r *legacyReport) Present() { r.keep(1) }

// Deleted counts somebody who is left out.
func (r *legacyReport) Deleted() { r.deleted++ }

// Refused says what is wrong with a line.
func (r *legacyReport) Refused(line int64, column, reason string) error {
	return r.refuse(line, column, reason)
}

// Validate refuses flags that mean nothing without --from.
func (f legacyFlags) Validate() error {
	if f.From == "" && (f.Format != "" || f.TrustMobiles || f.TrustEmails || f.Wrap) {
		return usageError{"--format, --trust-mobiles, --trust-emails and --wrap go with --from"}
	}
	return nil
}
