package server_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"quartet/server/dialect/all"
)

// mayImport says which packages of ours each package of ours may import.
var mayImport = map[string][]string{
	"quartet/cmd/quartet": {
		"quartet/cmd/quartet/internal/cli", "quartet/cmd/quartet/internal/admincmd", "quartet/cmd/quartet/internal/checkcmd", "quartet/cmd/quartet/internal/completioncmd",
		"quartet/cmd/quartet/internal/democmd", "quartet/cmd/quartet/internal/dumpcmd", "quartet/cmd/quartet/internal/importcmd",
		"quartet/cmd/quartet/internal/mockcmd", "quartet/cmd/quartet/internal/openapicmd", "quartet/cmd/quartet/internal/telemetry",
		"quartet/openapi", "quartet/server", "quartet/server/account", "quartet/server/apierr", "quartet/server/dialect", "quartet/server/dialect/all", "quartet/server/providers",
		"quartet/server/keys", "quartet/server/password", "quartet/server/webhooks", "quartet/store", "quartet/store/dump",
	},
	"quartet/cmd/quartet/internal/cli": {
		"quartet/server/account", "quartet/server/apierr", "quartet/server/dialect", "quartet/server/fieldcrypt", "quartet/server/idgen",
		"quartet/server/keys", "quartet/server/password", "quartet/server/token", "quartet/store", "quartet/store/dump",
	},
	"quartet/cmd/quartet/internal/admincmd": {
		"quartet/cmd/quartet/internal/cli", "quartet/server/account", "quartet/server/apierr", "quartet/server/keys", "quartet/store",
		"quartet/server/dialect/yudao",
	},
	"quartet/cmd/quartet/internal/checkcmd": {
		"quartet/cmd/quartet/internal/cli", "quartet/openapi/check/contract", "quartet/openapi/check/replay", "quartet/openapi/check/traffic",
	},
	"quartet/cmd/quartet/internal/completioncmd": {"quartet/cmd/quartet/internal/cli"},
	"quartet/cmd/quartet/internal/democmd": {
		"quartet/openapi", "quartet/server", "quartet/server/account", "quartet/server/providers", "quartet/store",
	},
	"quartet/cmd/quartet/internal/dumpcmd": {
		"quartet/cmd/quartet/internal/cli", "quartet/server/keys", "quartet/store", "quartet/store/dump",
	},
	"quartet/cmd/quartet/internal/importcmd": {
		"quartet/cmd/quartet/internal/cli", "quartet/cmd/quartet/internal/dumpcmd", "quartet/server/account", "quartet/server/userimport",
	},
	"quartet/cmd/quartet/internal/mockcmd":    {"quartet/cmd/quartet/internal/cli", "quartet/openapi", "quartet/openapi/mock"},
	"quartet/cmd/quartet/internal/openapicmd": {"quartet/cmd/quartet/internal/cli", "quartet/openapi", "quartet/openapi/specfilter"},
	"quartet/cmd/quartet/release":             {"quartet/openapi", "quartet/openapi/specfilter"},
	"quartet/cmd/quartet/bench": {
		"quartet/store", "quartet/server/keys", "quartet/server/fieldcrypt", "quartet/server/token", "quartet/server/password",
		"quartet/store/wirecount",
	},
	"quartet/server": {
		"quartet/openapi", "quartet/openapi/specfilter", "quartet/server/dialect", "quartet/server/dialect/all", "quartet/server/request",
		"quartet/server/account", "quartet/server/admin", "quartet/server/apierr", "quartet/server/console",
	},
	"quartet/server/admin":               {"quartet/openapi", "quartet/server/account", "quartet/server/apierr", "quartet/server/dialect", "quartet/server/webhooks"},
	"quartet/server/webhooks":            {"quartet/openapi", "quartet/server/account", "quartet/server/tracing"},
	"quartet/server/request":             {"quartet/server/apierr"},
	"quartet/server/dialect":             {"quartet/server/request", "quartet/server/account", "quartet/openapi", "quartet/server/apierr"},
	"quartet/server/dialect/dialecttest": {"quartet/openapi", "quartet/server/apierr", "quartet/server/dialect", "quartet/server/dialect/all"},

	"quartet/server/providers": {"quartet/server/account", "quartet/server/apierr", "quartet/server/tracing"},
	"quartet/server/account": {
		"quartet/store", "quartet/server/apierr", "quartet/server/token", "quartet/server/password",
		"quartet/server/fieldcrypt", "quartet/server/idgen", "quartet/server/network", "quartet/server/account/importmerge",
		"quartet/server/account/quickhash", "quartet/server/account/nametext",
	},
	"quartet/server/password/internal/commonlist": {"quartet/server/password"},
	"quartet/server/account/quickhash":            {"quartet/server/fieldcrypt", "quartet/server/password", "quartet/store"},
	"quartet/server/userimport":                   {"quartet/server/account", "quartet/server/apierr", "quartet/server/password"},
	"quartet/openapi/check/contract":              {"quartet/openapi", "quartet/openapi/answerrule", "quartet/openapi/envelope"},
	"quartet/openapi/mock":                        {"quartet/openapi/answerrule", "quartet/openapi/envelope"},
	"quartet/openapi/check/replay":                {"quartet/openapi/check/contract"},
	"quartet/openapi/check/traffic":               {"quartet/openapi/check/contract", "quartet/openapi/check/replay"},
	"quartet/openapi/internal/genrequests":        {"quartet/openapi/specfilter"},
	"quartet/store": {
		"quartet/store/internal/engine", "quartet/store/internal/row", "quartet/store/internal/sqlite", "quartet/store/internal/postgres", "quartet/store/internal/mysql",
	},
	"quartet/store/internal/sqlite":          {"quartet/store/internal/engine", "quartet/store/internal/row"},
	"quartet/store/internal/postgres":        {"quartet/store/internal/engine", "quartet/store/internal/row"},
	"quartet/store/internal/mysql":           {"quartet/store/internal/engine", "quartet/store/internal/row"},
	"quartet/store/storetest":                {"quartet/store"},
	"quartet/store/storetest/databases/with": {"quartet/store/storetest/databases"},
	"quartet/store/dump":                     {"quartet/store"},

	"quartet/openapi/sdk/go/day":               {"quartet/openapi/sdk/go"},
	"quartet/openapi/sdk/go/samples":           {"quartet/openapi/sdk/go"},
	"quartet/openapi/sdk/unwrap":               {"quartet/openapi", "quartet/openapi/envelope", "quartet/openapi/specfilter"},
	"quartet/openapi/internal/codesamples/gen": {"quartet/openapi/internal/codesamples"},
}

// aDialect is what each dialect's folder may import of ours.
var aDialect = []string{
	"quartet/server/dialect", "quartet/server/request", "quartet/server/account", "quartet/openapi", "quartet/server/apierr",
}

func init() {
	const list = "quartet/server/dialect/all"
	mayImport[list] = []string{"quartet/server/dialect"}
	for _, name := range all.Dialects.Names() {
		folder := "quartet/server/dialect/" + name
		mayImport[folder], mayImport[list] = aDialect, append(mayImport[list], folder)
	}
}

// outside are packages that a package must not import at all.
var outside = map[string][]string{
	"quartet/server/account": {"net/http", "database/sql", "github.com/labstack/echo/v4", "github.com/jmoiron/sqlx"},
	"quartet/server/dialect": {"github.com/labstack/echo/v4", "database/sql"},
	"quartet/server/request": {"database/sql", "quartet/openapi"},
	"quartet/store":          {"net/http", "github.com/labstack/echo/v4"},
	"quartet/server":         {"database/sql", "github.com/jmoiron/sqlx"},
}

type listed struct {
	ImportPath string
	Imports    []string
}

func TestImportsRunOneWay(t *testing.T) {
	found := 0
	for _, p := range goList(t) {
		found++
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported, "quartet/") && !slices.Contains(mayImport[p.ImportPath], imported) {
				t.Errorf("%s must not import %s", p.ImportPath, imported)
			}
			if slices.Contains(outside[p.ImportPath], imported) {
				t.Errorf("%s must not know %s", p.ImportPath, imported)
			}
		}
	}
	if found < len(mayImport) {
		t.Errorf("only %d packages seen", found)
	}
}

func goList(t *testing.T) []listed {
	t.Helper()
	text, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "quartet/...").Output()
	must(t, err)
	var all []listed
	for decoder := json.NewDecoder(strings.NewReader(string(text))); ; {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		must(t, err)
		all = append(all, p)
	}
}
