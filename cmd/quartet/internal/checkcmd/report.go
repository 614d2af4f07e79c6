package checkcmd

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"quartet/cmd/quartet/internal/cli"
	"quartet/openapi/check/contract"
	"quartet/openapi/check/replay"
)

// report prints the results. It fails for differences, and if nothing was checked.
func (k *Command) report(c *cli.Console, results []replay.Result) error {
	counts := replay.Count(results)
	if err := errors.Join(k.writeJUnit(results), k.print(c, results, counts)); err != nil {
		return cli.UsageError{Err: err}
	}
	unsent := func(r replay.Result) bool { return r.Verdict == replay.Skipped || r.HasNoCredential() }
	switch {
	case counts.Differ > 0 && !slices.ContainsFunc(results, func(r replay.Result) bool { return !unsent(r) }):
		return cli.Usagef("no example was sent, as the fixtures' credentials were refused")
	case counts.Differ > 0:
		return fmt.Errorf("%s in %s", plural(counts.Differences, "difference"), plural(counts.Differ, "example"))
	case counts.Passed == 0:
		return cli.Usagef("no checks ran")
	}
	return nil
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (k *Command) writeJUnit(results []replay.Result) error {
	if k.Junit == "" {
		return nil
	}
	file, err := os.Create(k.Junit)
	if err != nil {
		return err
	}
	return errors.Join(replay.WriteJUnit(file, results), file.Close())
}

// print writes a line for each example, one for each difference, and the counts.
func (k *Command) print(c *cli.Console, results []replay.Result, counts replay.Counts) error {
	if k.OnlyDifferences {
		results = slices.DeleteFunc(slices.Clone(results), func(r replay.Result) bool { return r.Verdict != replay.Differs })
	}
	if k.JSON {
		return c.PrintJSON(struct {
			Counts  replay.Counts   `json:"counts"`
			Results []replay.Result `json:"results"`
		}{counts, results})
	}
	var rows, differences [][]any
	for _, r := range results {
		verdict := string(r.Verdict)
		if r.Reason != "" {
			verdict += ": " + r.Reason
		}
		rows = append(rows, []any{r.Operation, r.Example, statusOf(r), verdict})
		for _, d := range r.Differences {
			differences = append(differences, []any{r.Operation, r.Example, d.Where, d.Documented, d.Got})
		}
	}
	if len(rows) > 0 {
		if err := c.PrintTable([]string{"operation", "example", "status", "verdict"}, rows); err != nil {
			return err
		}
	}
	documented, got := "documented", "got"
	if k.Compare {
		documented, got = "A", "B"
	}
	if len(differences) > 0 {
		if err := c.PrintTable([]string{"operation", "example", "where", documented, got}, differences); err != nil {
			return err
		}
	}
	if dialects := strings.Join(replay.LegacyStatus(results), ","); dialects != "" && !k.Compare {
		if _, err := fmt.Fprintf(c.Out, "failures come with status 200 and are as documented otherwise; if the server means it, add --legacy-status %s\n", dialects); err != nil {
			return err
		}
	}
	if undocumented := replay.UndocumentedHeaders(results); len(undocumented) > 0 {
		var names []string
		for _, name := range slices.Sorted(maps.Keys(undocumented)) {
			names = append(names, fmt.Sprintf("%s (%d)", name, undocumented[name]))
		}
		if _, err := fmt.Fprintf(c.Out, "headers that the document does not have, with how many answers have them: %s\n", strings.Join(names, ", ")); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(c.Out, "%s: %d passed, %d differ, %d skipped\n",
		plural(counts.Examples, "example"), counts.Passed, counts.Differ, counts.Skipped)
	return err
}

// statusOf is the status received, and the documented one if it is another.
func statusOf(r replay.Result) string {
	statusDiffers := func(d contract.Difference) bool { return d.Where == "status" }
	switch {
	case r.Status == 0:
		return r.Documented
	case slices.ContainsFunc(r.Differences, statusDiffers) && fmt.Sprint(r.Status) != r.Documented:
		return fmt.Sprintf("%d, not %s", r.Status, r.Documented)
	}
	return fmt.Sprint(r.Status)
}
