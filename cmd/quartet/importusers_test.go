package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
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

func TestUserImportLeavesTheLastSuperAdministrator(t *testing.T) {
	t.Parallel()
	database := migrated(t)
	dump := func(status string) string {
		return "id,username,password,salt,status\n1,tao.ran," + jpressHash + "," + status + "\n"
	}
	importUsers(t, database, dump("ok"))
	done(t, "user", "role", "tao.ran", "super_administrator", "--database", database)
	result := importUsers(t, database, dump("locked"), "--update")
	equal(t, "said", result.out, "Users imported: 0. Already imported: 1. Refused: 0.\nUsers updated: 0. With values that were not taken over: 1.\n")
	equal(t, "told", result.errs, "line 2: status: not taken over, because no other super administrator can sign in\n")
	contains(t, done(t, "user", "list", "--disabled", "--database", database), "0 of 0")
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
	want := "line 3: username: taken by another user or an earlier line (found text of 12 characters: letters, signs)\n" +
		"line 4: username: taken by another user or an earlier line (found text of 7 characters: letters, signs)\n" +
		"line 5: email: taken by another user or an earlier line (found text of 15 characters: letters, signs)\n" +
		"line 8: password: malformed hash: not the 64 hex digits of a SHA-256 digest (found 32 hex digits)\n" +
		"Values were dropped or changed; --report FILE lists each with its reason, with --dry-run too.\n" +
		"quartet: 4 users were refused"
	for _, flags := range [][]string{{"--on-error", "skip", "--dry-run"}, {"--on-error", "skip"}} {
		result := importUsers(t, database, dump, flags...)
		equal(t, "code", result.code, cli.ExitFailed)
		contains(t, result.out, "imported: 4. Already imported: 0. Refused: 4.", "Values dropped: 2 (email 1, nickname 1).")
		if !strings.HasPrefix(strings.ToLower(result.errs), strings.ToLower(want)) {
			t.Errorf("got\n%s\nwant\n%s", result.errs, want)
		}
	}
}

// The file of --report says in both languages what the counts are about.
func TestUserImportWritesAReport(t *testing.T) {
	t.Parallel()
	database := migrated(t)
	path := filepath.Join(t.TempDir(), "report.csv")
	dump := "id,username,password,salt,status,avatar,gender\n" +
		jpressLine("9007199254740993", "陶 然", "javascript:alert(1),9") + "\n" +
		jpressLine("701.0", "lu.jiahe", "/a b.png,1") + "\n" +
		jpressLine("3", "he.gone", "fa fa-user,1") + "\n" + jpressLine("3", "wu.liang", ",1") + "\n"
	for _, flag := range []string{"--dry-run", "--json"} {
		importUsers(t, database, dump, flag, "--on-error", "skip", "--report", path)
		text, err := os.ReadFile(path)
		must(t, err)
		equal(t, flag, string(text), "\ufefftable,line,id,column,outcome,reason,原因\r\n"+
			"user,2,'9007199254740993,gender,dropped,unknown value (found 1 digit),未知的值（实际：1 位数字）\r\n"+
			"user,2,'9007199254740993,avatar,dropped,\"neither an http or https address nor one without a scheme (found text of 19 characters: letters, digits, signs)\",既不是 http 或 https 网址，也不是不带协议的地址（实际：19 个字符的文本：字母、数字、符号）\r\n"+
			"user,2,'9007199254740993,username,changed,\"replaced by the name of the system and the id: not a user name: letters, digits and signs without spaces (found text of 3 characters: Chinese characters, spaces)\",改为由来源系统和 ID 组成的用户名：不能作用户名：只能是不带空格的文字、数字和符号（实际：3 个字符的文本：汉字、空格）\r\n"+
			"user,3,701.0,id,refused,not a whole number above 0 in plain digits; export the table again with the column as text (found digits.digits),不是只用数字书写的正整数；请把该列作为文本重新导出（实际：数字.数字）\r\n"+
			"user,5,3,id,refused,line 4 has the same id and other values,第 4 行有相同的 ID，其他值却不同\r\n")
	}
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
		t.Errorf("others can read the report: %v", info.Mode())
	}
	contains(t, done(t, "user", "show", "jpress-9007199254740993", "--database", database), "jpress")
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
	contains(t, importUsers(t, database, "id,\xff\xff\n").errs, "line 1: neither UTF-8 nor GB18030")
	equal(t, "an unknown system", command(t, "import", "--from", "wordpress", "-").code, cli.ExitUsage)
	equal(t, "a flag without --from", command(t, "import", "--trust-emails", "-").code, cli.ExitUsage)
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
