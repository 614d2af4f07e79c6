package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"quartet/cmd/quartet/internal/cli"
)

const jpressHash = "0beead68ab79e1e57e91b4a95ac068a55d36038f6123664a343bafa4eaf67793,qmky3ggxL9n47pM4SWDJs38JyTnOgdaE"

// jpressDump is a JPress user table with these lines.
func jpressDump(lines ...string) string {
	return "id,username,password,salt,status,email,nickname\n" + strings.Join(lines, "\n") + "\n"
}

func jpressLine(id, name, rest string) string {
	return id + "," + name + "," + jpressHash + ",ok," + rest
}

// migrated names a database that is ready.
func migrated(t *testing.T) string {
	t.Helper()
	database := newDatabase(t)
	done(t, "migrate", "--database", database)
	return database
}

func importUsers(t *testing.T, database, dump string, flags ...string) ran {
	t.Helper()
	args := append([]string{"import", "--from", "jpress", "--database", database}, flags...)
	return commandWith(t, dump, append(args, "-")...)
}

func TestUserImportIsIdempotent(t *testing.T) {
	t.Parallel()
	database := migrated(t)
	dump := jpressDump(jpressLine("9007199254740993", "tao.ran", "tao@example.com,陶然"), jpressLine("2", "lu.jiahe", ","))
	for _, want := range []string{
		"Users would be imported: 2. Already imported: 0. Refused: 0.\n",
		"Users imported: 2. Already imported: 0. Refused: 0.\n",
		"Users imported: 0. Already imported: 2. Refused: 0.\n",
	} {
		var flags []string
		if strings.Contains(want, "would") {
			flags = []string{"--dry-run"}
		}
		result := importUsers(t, database, dump, flags...)
		equal(t, "code", result.code, cli.ExitOK)
		equal(t, "said", result.out, want)
		equal(t, "complaints", result.errs, "")
	}
	contains(t, done(t, "user", "show", "tao.ran", "--database", database), "陶然", "tao@example.com", "jpress")
	contains(t, done(t, "audit", "--database", database), "users_imported")
	contains(t, importUsers(t, database, dump, "--json").out, `"present": 2`, `"refused": 0`)
}

// TestUserImportUpdates: what the file says later reaches those who are there, and proves
// their mobiles.
func TestUserImportUpdates(t *testing.T) {
	t.Parallel()
	database := migrated(t)
	dump := func(nickname string) string {
		return "id,username,password,salt,status,nickname,mobile\n1,tao.ran," + jpressHash + ",ok," + nickname + ",13700001111\n" +
			"2,lu.jiahe," + jpressHash + ",ok,,13700002222\n"
	}
	importUsers(t, database, dump("陶然"))
	done(t, "user", "add", "li.na", "--mobile", "13700002222", "--database", database)
	contains(t, importUsers(t, database, dump("小陶")).out, "Already imported: 2.")
	result := importUsers(t, database, dump("小陶"), "--update", "--trust-mobiles")
	equal(t, "code", result.code, cli.ExitOK)
	equal(t, "said", result.out, "Users imported: 0. Already imported: 1. Refused: 0.\nUsers updated: 1. With values that were not taken over: 1.\n")
	contains(t, result.errs, "line 3: mobile: not taken over, because the user ")
	contains(t, done(t, "user", "show", "13700001111", "--database", database), "小陶", "tao.ran")
	contains(t, done(t, "audit", "--kind", "user_updated", "--database", database), "mobilestatus")
	contains(t, importUsers(t, database, dump("小陶"), "--update=all", "--json").out, `"updated": 0`, `"differing": 0`)
	equal(t, "another value", importUsers(t, database, dump(""), "--update=some").code, cli.ExitUsage)
	equal(t, "without --from", command(t, "import", "--update", "-").code, cli.ExitUsage)
}

func TestUserImportReportsRefusedUsers(t *testing.T) {
	t.Parallel()
	database := migrated(t)
	done(t, "user", "add", "present.user", "--database", database)
	dump := jpressDump(
		jpressLine("1", "tao.ran", "tao@example.com,"),
		jpressLine("2", "Present.User", ","),
		jpressLine("3", "Tao.Ran", ","),
		jpressLine("4", "he.gone", "TAO@example.com,"),
		jpressLine("5", "wu.liang", "nowhere,"),
		jpressLine("6", "li.na", ","+strings.Repeat("娜", 65)),
		"7,md.five,5f4dcc3b5aa765d61d8327deb882cf99,salt,ok,,",
		jpressLine("8", "last.one", ","),
	)
	want := "line 3: username: taken by another user or an earlier line\n" +
		"line 4: username: taken by another user or an earlier line\n" +
		"line 5: email: taken by another user or an earlier line\n" +
		"line 6: email: not an e-mail address\n" +
		"line 7: nickname: longer than 64 characters\n" +
		"line 8: password: malformed hash: not the 64 hex digits of a SHA-256 digest\n" +
		"quartet: 6 users were refused"
	for _, flags := range [][]string{{"--on-error", "skip", "--dry-run"}, {"--on-error", "skip"}} {
		result := importUsers(t, database, dump, flags...)
		equal(t, "code", result.code, cli.ExitFailed)
		contains(t, result.out, "imported: 2. Already imported: 0. Refused: 6.")
		if !strings.HasPrefix(strings.ToLower(result.errs), strings.ToLower(want)) {
			t.Errorf("got\n%s\nwant\n%s", result.errs, want)
		}
	}
}

func TestUserImportStopsAtTheFirstRefusal(t *testing.T) {
	t.Parallel()
	database := migrated(t)
	for _, bad := range []string{"2,md.five,5f4d,salt,ok,,", jpressLine("2", "TAO.RAN", ",")} {
		dump := jpressDump(jpressLine("1", "tao.ran", ","), bad, jpressLine("3", "behind.it", ","))
		result := importUsers(t, database, dump)
		equal(t, "code", result.code, cli.ExitFailed)
		contains(t, result.errs, "line 3: ", "topped at a refused row")
		refused(t, cli.ExitFailed, "", "user", "show", "behind.it", "--database", database)
		done(t, "user", "show", "tao.ran", "--database", database)
	}
}

func TestUserImportRefusesUnreadableFiles(t *testing.T) {
	t.Parallel()
	database := migrated(t)
	contains(t, importUsers(t, database, "id,username\n1,a\n").errs, "columns are missing: password, salt, status")
	contains(t, importUsers(t, database, "id,\xd3\xc3\n").errs, "line 1: not UTF-8", "GB18030")
	equal(t, "an unknown system", command(t, "import", "--from", "wordpress", "-").code, cli.ExitUsage)
	equal(t, "a flag without --from", command(t, "import", "--wrap", "-").code, cli.ExitUsage)
	path := filepath.Join(t.TempDir(), "nothing")
	refused(t, cli.ExitFailed, "nothing", "import", "--from", "abp", "--database", database, path)
}

// crowd writes a dump of n invented people.
func crowd(out io.Writer, n int) error {
	if _, err := io.WriteString(out, "id,username,password,salt,status,email,email_status,mobile,mobile_status,nickname,gender,created\n"); err != nil {
		return err
	}
	for i := range n {
		_, err := fmt.Fprintf(out, "%d,user.%07d,%s,ok,user.%07d@example.com,ok,139%08d,ok,小雨%d,female,2021-03-04 05:06:07\n",
			9007199254740993+i, i, jpressHash, i, i, i)
		if err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkImportUsers measures the import of a user, and the peak memory of the
// process in MiB. For a million users: go test -run '^$' -bench ImportUsers -benchtime
// 1000000x ./cmd/quartet
func BenchmarkImportUsers(b *testing.B) {
	for _, flags := range [][]string{{"--dry-run"}, nil} {
		b.Run(strings.Join(append([]string{"jpress"}, flags...), " "), func(b *testing.B) {
			database := "sqlite:" + filepath.Join(b.TempDir(), "quartet.db")
			var out, errs bytes.Buffer
			if code := run(b.Context(), []string{"migrate", "--database", database}, nil, &out, &errs); code != cli.ExitOK {
				b.Fatal(errs.String())
			}
			dump, into := io.Pipe()
			go func() { into.CloseWithError(crowd(into, b.N)) }()
			b.ResetTimer()
			args := append([]string{"import", "--from", "jpress", "--database", database}, flags...)
			code := run(context.Background(), append(args, "-"), dump, &out, &errs)
			b.StopTimer()
			if code != cli.ExitOK {
				b.Fatal(errs.String())
			}
			b.ReportMetric(peakMiB(b), "peak-MiB")
		})
	}
}

var highWater = regexp.MustCompile(`VmHWM:\s+([0-9]+) kB`)

// peakMiB returns the peak memory of the process, 0 if unknown.
func peakMiB(b *testing.B) float64 {
	b.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	match := highWater.FindSubmatch(text)
	if match == nil {
		return 0
	}
	kib, _ := strconv.ParseFloat(string(match[1]), 64)
	return kib / 1024
}
