package userimport

import (
	"slices"
	"strings"
)

// Kind is what the rows of a table are.
type Kind int

// The kinds of tables, in the order in which they are imported.
const (
	Departments Kind = iota
	Roles
	Users
	UserDepartments // which users are in which departments
	UserRoles       // which users have which roles
)

// Table is a table of another system that can be imported.
type Table struct {
	Name string // there
	Kind Kind
	layout
}

// The columns of the other tables, besides id, status and deleted.
const (
	code       = "code"
	name       = "name"
	user       = "user"
	department = "department"
	role       = "role"
)

// What the words of a column status or deleted mean.
var (
	zeroIsOn  = map[string]bool{"": false, "0": false, "1": true}
	oneIsOn   = map[string]bool{"": false, "1": false, "0": true}
	isDeleted = map[string]bool{
		"": false, "0": false, "false": false, "f": false, "\x00": false,
		"1": true, "2": true, "true": true, "t": true, "\x01": true,
	}
)

// userTables are the names of the tables of users.
var userTables = map[string]string{"jpress": "user", "ruoyi": "sys_user", "jeecg": "sys_user", "abp": "AbpUsers", "yudao": "system_users", "yudao-member": "member_user"}

var otherTables = map[string][]Table{
	"ruoyi": {
		{"sys_dept", Departments, layout{
			columns:  map[string][]string{id: {"dept_id"}, name: {"dept_name"}, status: {"status"}, deleted: {"del_flag"}},
			required: []string{id, name}, disabled: zeroIsOn, deleted: isDeleted,
		}},
		{"sys_role", Roles, layout{
			columns:  map[string][]string{id: {"role_id"}, code: {"role_key"}, name: {"role_name"}, status: {"status"}, deleted: {"del_flag"}},
			required: []string{id, code, name}, disabled: zeroIsOn, deleted: isDeleted, superRoles: []string{"admin"},
		}},
		{"sys_user_role", UserRoles, layout{columns: userRoleColumns, required: []string{user, role}}},
	},
	"jeecg": {
		{"sys_depart", Departments, layout{
			textID:   true,
			columns:  map[string][]string{id: {"id"}, code: {"org_code"}, name: {"depart_name"}, status: {"status"}, deleted: {"del_flag"}},
			required: []string{id, name}, disabled: oneIsOn, deleted: isDeleted,
		}},
		{"sys_role", Roles, layout{
			textID:   true,
			columns:  map[string][]string{id: {"id"}, code: {"role_code"}, name: {"role_name"}},
			required: []string{id, code, name}, superRoles: []string{"admin"},
		}},
		{"sys_user_depart", UserDepartments, layout{
			textID:   true,
			columns:  map[string][]string{user: {"user_id"}, department: {"dep_id"}},
			required: []string{user, department},
		}},
		{"sys_user_role", UserRoles, layout{textID: true, columns: userRoleColumns, required: []string{user, role}}},
	},
	"yudao": {
		{"system_dept", Departments, layout{
			columns:  map[string][]string{id: {"id"}, name: {"name"}, status: {"status"}, deleted: {"deleted"}},
			required: []string{id, name}, disabled: zeroIsOn, deleted: isDeleted,
		}},
		{"system_role", Roles, layout{
			columns:  map[string][]string{id: {"id"}, code: {"code"}, name: {"name"}, status: {"status"}, deleted: {"deleted"}},
			required: []string{id, code, name}, disabled: zeroIsOn, deleted: isDeleted, superRoles: []string{"super_admin"},
		}},
		{"system_user_role", UserRoles, layout{columns: userRoleColumns, required: []string{user, role}, deleted: isDeleted}},
	},
}

var userRoleColumns = map[string][]string{user: {"user_id"}, role: {"role_id"}, deleted: {"deleted"}}

// Tables gives the tables of a system, in the order in which they are imported.
func Tables(source string) []Table {
	tables := slices.Clone(otherTables[source])
	if users, known := layouts[source]; known {
		tables = append(tables, Table{userTables[source], Users, users})
	}
	slices.SortStableFunc(tables, func(a, b Table) int { return int(a.Kind - b.Kind) })
	return tables
}

// FindTable finds a table of a system by its name; case does not matter. Without a name
// it is the table of users.
func FindTable(source, name string) (Table, bool) {
	for _, table := range Tables(source) {
		if strings.EqualFold(table.Name, name) || name == "" && table.Kind == Users {
			return table, true
		}
	}
	return Table{}, false
}
