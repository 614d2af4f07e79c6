package importcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/account"
	"quartet/server/userimport"
)

// input is a file of one table.
type input struct {
	table userimport.Table
	path  string // "-" is standard input
}

// extensions are those of files in a directory that can be tables.
var extensions = []string{".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".xlsx"}

// inputs finds the files to import, in their order, and names those of a directory that
// are no table.
func (i *Command) inputs() (found []input, others []string, err error) {
	if info, err := os.Stat(i.File); i.File == "-" || err != nil || !info.IsDir() {
		table, known := userimport.FindTable(i.From, i.Table)
		if !known {
			return nil, nil, cli.Usagef("%s has no table %s that is imported, but %s", i.From, i.Table, tableNames(i.From))
		}
		return []input{{table, i.File}}, nil, nil
	}
	if i.Table != "" {
		return nil, nil, cli.Usagef("--table goes with a file; in a directory the files are named after their tables")
	}
	listed, err := os.ReadDir(i.File)
	if err != nil {
		return nil, nil, err
	}
	for _, file := range listed {
		extension := strings.ToLower(filepath.Ext(file.Name()))
		table, known := userimport.FindTable(i.From, strings.TrimSuffix(file.Name(), filepath.Ext(file.Name())))
		if !known || file.IsDir() || !slices.Contains(extensions, extension) {
			others = append(others, file.Name())
			continue
		}
		if slices.ContainsFunc(found, func(in input) bool { return in.table.Name == table.Name }) {
			return nil, nil, fmt.Errorf("%s has two files of the table %s", i.File, table.Name)
		}
		found = append(found, input{table, filepath.Join(i.File, file.Name())})
	}
	if len(found) == 0 {
		return nil, nil, fmt.Errorf("%s has no file that is named after a table of %s, such as %s.csv", i.File, i.From, userimport.Tables(i.From)[0].Name)
	}
	slices.SortStableFunc(found, func(a, b input) int { return int(a.table.Kind - b.table.Kind) })
	return found, others, nil
}

func tableNames(source string) string {
	var names []string
	for _, table := range userimport.Tables(source) {
		names = append(names, table.Name)
	}
	return strings.Join(names, ", ")
}

// importFrom imports the table, or those of the directory.
func (i *Command) importFrom(ctx context.Context, c *cli.Console) (err error) {
	inputs, others, err := i.inputs()
	if err != nil {
		return err
	}
	for _, name := range others {
		fmt.Fprintf(c.Errs, "%s was not imported: it is not named after a table of %s.\n", cli.Text(name), i.From)
	}
	list, err := createFindings(i.Report)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, list.Close()) }()
	return cli.Admin{DatabaseFlags: i.DatabaseFlags}.WithAccounts(ctx, func(accounts account.Operator) (err error) {
		importer := accounts.NewImporter(account.ImportOptions{
			Source: i.From, Stop: i.OnError == "stop", DryRun: i.DryRun, Update: i.Update != "", Overwrite: i.Update == updateAll,
		})
		defer func() { err = errors.Join(err, importer.Close()) }()
		var reports []*report
		for _, in := range inputs {
			r := &report{
				counts: counts{Table: in.table.Name, DryRun: i.DryRun, Dropped: tally{}, Changed: tally{}}, users: in.table.Kind == userimport.Users,
				progress: cli.NewProgress(c.Errs), c: c, stop: i.OnError == "stop", update: i.Update, list: list,
			}
			if len(inputs) > 1 {
				r.prefix = in.table.Name + " "
			}
			reports = append(reports, r)
			if err = i.importTable(ctx, c, in, importer, r); err != nil {
				break
			}
		}
		if importer.UnknownDepartments > 0 {
			fmt.Fprintf(c.Errs, "%d users have a department that was not imported: they came in without it.\n", importer.UnknownDepartments)
		}
		return errors.Join(err, i.print(c, reports), refusals(err, reports))
	})
}

func (i *Command) importTable(ctx context.Context, c *cli.Console, in input, importer *account.Importer, r *report) (err error) {
	var file io.Reader = c.In
	if in.path != "-" {
		opened, err := os.Open(in.path)
		if err != nil {
			return err
		}
		defer opened.Close()
		file = opened
	}
	defer r.progress.Clear()
	options := userimport.Options{
		Format: i.Format, Zone: i.TimeZone.Location, TrustMobiles: i.TrustMobiles, TrustEmails: i.TrustEmails,
	}
	if !r.users {
		return inWords(userimport.RunTable(ctx, in.table, file, options, importer, r, r.stop))
	}
	users, err := userimport.NewReader(i.From, file, options)
	if err != nil {
		return inWords(err)
	}
	defer func() { err = errors.Join(err, users.Close()) }()
	return userimport.Run(ctx, users, importer, r, r.stop)
}

// inWords makes an error about a file safe to print: it can hold the name of a column.
func inWords(err error) error {
	if _, aboutTheFile := errors.AsType[userimport.Error](err); aboutTheFile {
		return errors.New(cli.Text(err.Error()))
	}
	return err
}

// refusals is the error of an import that went to its end with refused rows.
func refusals(err error, reports []*report) error {
	var refused int64
	for _, r := range reports {
		refused += r.counts.Refused
	}
	switch {
	case err != nil || refused == 0:
		return nil
	case len(reports) == 1 && reports[0].users:
		return fmt.Errorf("%d users were refused", refused)
	default:
		return fmt.Errorf("%d rows were refused", refused)
	}
}
