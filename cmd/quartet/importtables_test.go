package main

import (
	"os"
	"path/filepath"
	"testing"

	"quartet/cmd/quartet/internal/cli"
)

const bcryptHash = "$2a$10$7JB720yubVSZvUI0rEqK/.VqGOZTH.ulu33dHOiBE8ByOhJIrdAu2"

// ruoyiTables are the tables of RuoYi-Vue as its demonstration has them, with invented
// people.
var ruoyiTables = map[string]string{
	"sys_dept.csv": "dept_id,parent_id,ancestors,dept_name,order_num,leader,status,del_flag\n" +
		"100,0,0,云海科技,0,,0,0\n101,100,\"0,100\",杭州总公司,1,,0,0\n103,101,\"0,100,101\",研发部门,1,,0,0\n104,101,\"0,100,101\",市场部门,2,,1,0\n105,101,\"0,100,101\",测试部门,3,,0,2\n",
	"SYS_ROLE.jsonl": `{"role_id":1,"role_name":"超级管理员","role_key":"admin","status":"0","del_flag":"0"}` + "\n" +
		`{"role_id":2,"role_name":"普通角色","role_key":"common","status":"0","del_flag":"0"}` + "\n",
	"sys_user.csv": "user_id,dept_id,user_name,nick_name,password,status,del_flag\n" +
		"1,103,admin.of.old,陶然," + bcryptHash + ",0,0\n2,105,lu.jiahe,陆嘉禾," + bcryptHash + ",0,0\n3,,he.gone,何,,0,2\n4,103,li.na,李娜,,0,0\n",
	"sys_user_role.csv": "user_id,role_id\n1,1\n2,2\n3,2\n4,2\n",
	"sys_menu.csv":      "menu_id\n1\n",
}

// directory writes files into a directory of the test's own.
func directory(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

func TestTablesOfADirectoryAreImportedOnce(t *testing.T) {
	t.Parallel()
	database, dir := migrated(t), directory(t, ruoyiTables)
	for run, want := range []string{
		"Rows of sys_dept would be imported: 4. Already imported: 0. Deleted in the old system: 1. Left out: 0. Refused: 0.\n" +
			"Rows of sys_role would be imported: 1. Already imported: 0. Deleted in the old system: 0. Left out: 1. Refused: 0.\n" +
			"Users would be imported: 3. Already imported: 0. Refused: 0.\n" +
			"Rows of sys_user_role would be imported: 2. Already imported: 0. Deleted in the old system: 0. Left out: 2. Refused: 0.\n",
		"Rows of sys_dept imported: 4. Already imported: 0. Deleted in the old system: 1. Left out: 0. Refused: 0.\n" +
			"Rows of sys_role imported: 1. Already imported: 0. Deleted in the old system: 0. Left out: 1. Refused: 0.\n" +
			"Users imported: 3. Already imported: 0. Refused: 0.\n" +
			"Rows of sys_user_role imported: 1. Already imported: 0. Deleted in the old system: 0. Left out: 3. Refused: 0.\n",
		"Rows of sys_dept imported: 0. Already imported: 4. Deleted in the old system: 1. Left out: 0. Refused: 0.\n" +
			"Rows of sys_role imported: 0. Already imported: 1. Deleted in the old system: 0. Left out: 1. Refused: 0.\n" +
			"Users imported: 0. Already imported: 3. Refused: 0.\n" +
			"Rows of sys_user_role imported: 0. Already imported: 1. Deleted in the old system: 0. Left out: 3. Refused: 0.\n",
	} {
		args := []string{"import", "--from", "ruoyi", "--database", database}
		if run == 0 {
			args = append(args, "--dry-run")
		}
		result := command(t, append(args, dir)...)
		equal(t, "code", result.code, cli.ExitOK)
		equal(t, "said", result.out, want)
		contains(t, result.errs, "sys_menu.csv was not imported: it is not named after a table of ruoyi.",
			"sys_role line 1: role_key: the old system's super administrators", "sys_user_role line 2: role_id: no role was imported",
			"sys_user_role line 4: user_id: no user was imported")
		if run == 1 {
			contains(t, result.errs, "1 users have a department that was not imported", "sys_user_role line 3: user_id: the user is in no department")
		}
	}
	contains(t, done(t, "user", "show", "li.na", "--database", database), "ruoyi-103", "common")
	contains(t, done(t, "user", "show", "admin.of.old", "--database", database), "ruoyi-103", "member")
	contains(t, done(t, "org", "list", "--database", database), "研发部门", "市场部门")
	contains(t, done(t, "audit", "--database", database), "memberships_imported", "organisation_added", "role_added")
}

// TestATableOfOneFile: departments of Jeecg have codes, and a table between.
func TestATableOfOneFile(t *testing.T) {
	t.Parallel()
	database := migrated(t)
	importing := func(table, text string) string {
		t.Helper()
		args := []string{"import", "--from", "jeecg", "--database", database, "--json", "--table", table, "-"}
		result := commandWith(t, text, args...)
		equal(t, table, result.code, cli.ExitOK)
		return result.out
	}
	contains(t, importing("sys_depart", "id,parent_id,depart_name,org_code,status,del_flag\nc6d7cb4d,,云海,A01,1,0\na9b5e07c,c6d7cb4d,老 部门,A01 A01,,0\n"), `"table": "sys_depart"`, `"added": 2`)
	contains(t, importing("sys_role", "id,role_name,role_code\nf6817f48,管理员,admin\nee8626f8,普通,ordinary\n"), `"added": 1`, `"leftOut": 1`)
	contains(t, importing("sys_user", "id,username,password,salt,status,del_flag\ne9ca23d6,tao.ran,,,1,0\n"), `"added": 1`)
	contains(t, importing("sys_user_depart", "ID,user_id,dep_id\n1,e9ca23d6,c6d7cb4d\n2,e9ca23d6,a9b5e07c\n3,e9ca23d6,zzz\n"), `"added": 2`, `"leftOut": 1`)
	contains(t, importing("sys_user_role", "id,user_id,role_id\n1,e9ca23d6,ee8626f8\n"), `"added": 1`)
	contains(t, done(t, "user", "show", "tao.ran", "--database", database), "A01", "jeecg-a9b5e07c", "ordinary")

	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"an unknown table":       {[]string{"--from", "jeecg", "--table", "sys_menu", "-"}, cli.ExitUsage, "jeecg has no table sys_menu that is imported, but sys_depart, sys_role, sys_user, sys_user_depart, sys_user_role"},
		"a directory and it":     {[]string{"--from", "jeecg", "--table", "sys_role", directory(t, nil)}, cli.ExitUsage, "--table goes with a file"},
		"an empty directory":     {[]string{"--from", "jeecg", directory(t, nil)}, cli.ExitFailed, "has no file that is named after a table of jeecg, such as sys_depart.csv"},
		"two files of a table":   {[]string{"--from", "jeecg", directory(t, map[string]string{"sys_role.csv": "", "sys_role.jsonl": ""})}, cli.ExitFailed, "two files of the table sys_role"},
		"a missing column":       {[]string{"--from", "jeecg", directory(t, map[string]string{"sys_role.csv": "id,role_name\n"})}, cli.ExitFailed, "missing: role_code"},
		"a table without --from": {[]string{"--table", "sys_role", "-"}, cli.ExitUsage, "require --from"},
	} {
		result := command(t, append([]string{"import", "--database", database}, c.args...)...)
		equal(t, name, result.code, c.code)
		contains(t, result.errs, c.says)
	}
}

// TestTablesOfYudao have words of MySQL's bits, and a deleted mark at memberships too.
func TestTablesOfYudao(t *testing.T) {
	t.Parallel()
	database, dir := migrated(t), directory(t, map[string]string{
		"system_dept.csv":      "id,name,parent_id,status,deleted\n100,云海,0,0,0\n101,旧部门,100,0,1\n",
		"system_role.json":     `[{"id":1,"name":"超级管理员","code":"super_admin","status":0,"deleted":false},{"id":2,"name":"普通角色","code":"common","status":0,"deleted":false}]`,
		"system_users.jsonl":   `{"id":1,"username":"admin","password":"` + bcryptHash + `","nickname":"陶然","dept_id":100,"status":0,"deleted":0}` + "\n",
		"system_user_role.csv": "id,user_id,role_id,deleted\n1,1,1,0\n2,1,2,0\n3,1,2,1\n",
	})
	result := command(t, "import", "--from", "yudao", "--database", database, dir)
	equal(t, "code", result.code, cli.ExitOK)
	equal(t, "said", result.out, "Rows of system_dept imported: 1. Already imported: 0. Deleted in the old system: 1. Left out: 0. Refused: 0.\n"+
		"Rows of system_role imported: 1. Already imported: 0. Deleted in the old system: 0. Left out: 1. Refused: 0.\n"+
		"Users imported: 1. Already imported: 0. Refused: 0.\n"+
		"Rows of system_user_role imported: 1. Already imported: 0. Deleted in the old system: 1. Left out: 1. Refused: 0.\n")
	contains(t, done(t, "user", "show", "admin", "--database", database), "yudao-100", "common", "member")
}

func TestARefusedRowOfATableStopsTheImport(t *testing.T) {
	t.Parallel()
	database := migrated(t)
	dir := directory(t, map[string]string{
		"sys_dept.csv": "dept_id,dept_name\n100,云海\n1.23E+17,大\n101,小\n",
		"sys_user.csv": "user_id,user_name,password,status,del_flag\n1,tao.ran,,0,0\n",
	})
	result := command(t, "import", "--from", "ruoyi", "--database", database, dir)
	equal(t, "code", result.code, cli.ExitFailed)
	contains(t, result.errs, "sys_dept line 3: dept_id: rounded by a spreadsheet", "stopped at a refused row")
	refused(t, cli.ExitFailed, "", "user", "show", "tao.ran", "--database", database)
	result = command(t, "import", "--from", "ruoyi", "--on-error", "skip", "--database", database, dir)
	equal(t, "code", result.code, cli.ExitFailed)
	contains(t, result.errs, "1 rows were refused")
	contains(t, result.out, "Rows of sys_dept imported: 1. Already imported: 1.", "Users imported: 1.")
}
