package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"quartet/server/apierr"
	"quartet/server/dialect"
)

// scrapeOfEverything is /metrics of a server that has seen each kind of request
// that the rules and the dashboard ask about.
func scrapeOfEverything(t *testing.T) figures {
	t.Helper()
	sms := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(sms.Close)
	secret := filepath.Join(t.TempDir(), "secret")
	must(t, os.WriteFile(secret, []byte("a-secret-of-the-webhook-32-bytes"), 0o600))
	s := serve(t, "--database", newDatabase(t), "--sms", "webhook", "--sms-url", sms.URL, "--sms-secret-file", secret)
	s.do(t, get("/readyz"))
	s.do(t, form("/api/user/login", map[string][]string{"loginAccount": {"nobody"}, "password": {"violet-otter-lantern"}}))
	all, err := scraped(s.admin.ok(t, get("/metrics")).text)
	must(t, err)
	return all
}

func TestAlertRulesNameWhatThereIs(t *testing.T) {
	t.Parallel()
	var file struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	decodeYAML(t, "alerts.yaml", &file)
	known := scrapeOfEverything(t)
	names := map[string]bool{}
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			if names[rule.Alert] || rule.For == "" || rule.Labels["severity"] == "" || rule.Annotations["summary"] == "" {
				t.Errorf("%q is not complete, or is defined twice", rule.Alert)
			}
			names[rule.Alert] = true
			requireQuery(t, rule.Alert, rule.Expr, known)
		}
	}
	if len(names) < 8 {
		t.Errorf("only %d rules were read", len(names))
	}
}

func TestDashboardNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("deploy/grafana.json")
	must(t, err)
	var dashboard struct {
		Templating struct {
			List []struct{ Type, Query string }
		}
		Panels []struct {
			ID      int
			Title   string
			Targets []struct{ Expr string }
		}
	}
	must(t, json.Unmarshal(text, &dashboard))
	known := scrapeOfEverything(t)
	for _, variable := range dashboard.Templating.List {
		if variable.Type == "query" {
			// label_values(metric, label) asks as "by" does.
			requireQuery(t, "variable", strings.Replace(variable.Query, ", instance", "", 1), known)
		}
	}
	seen := map[int]bool{}
	for _, panel := range dashboard.Panels {
		if seen[panel.ID] || len(panel.Targets) == 0 {
			t.Errorf("panel %q has the id of another, or shows nothing", panel.Title)
		}
		seen[panel.ID] = true
		for _, target := range panel.Targets {
			requireQuery(t, panel.Title, target.Expr, known)
		}
	}
	if len(seen) < 8 {
		t.Errorf("only %d panels were read", len(seen))
	}
}

var failureMatcher = regexp.MustCompile(`failure=~?"([^"]*)"`)

func requireQuery(t *testing.T, what, query string, known figures) {
	t.Helper()
	for _, wrong := range wrongIn(query, known) {
		t.Errorf("%s: %s in %s", what, wrong, query)
	}
	for _, match := range failureMatcher.FindAllStringSubmatch(query, -1) {
		for _, code := range strings.Split(match[1], "|") {
			if _, known := dialect.Catalogue[apierr.Code(code)]; !known {
				t.Errorf("%s: the catalogue has no failure %q", what, code)
			}
		}
	}
}

func TestQueriesThatAreWrongAreFound(t *testing.T) {
	t.Parallel()
	known, err := scraped("# TYPE a_total counter\na_total{kind=\"x\"} 1\n# TYPE b histogram\nb_bucket{le=\"+Inf\"} 1\nb_sum 1\nb_count 1\n")
	must(t, err)
	for query, wrong := range map[string]int{
		`sum by (kind) (rate(a_total{kind="x",job!="y"}[5m])) > 0.1`:    0,
		`histogram_quantile(0.9, sum by (le) (rate(b_bucket[5m]))) > 1`: 0,
		`a_total or up == 0`:              0,
		`rate(c_total[5m])`:               2,
		`rates(a_total[5m])`:              1,
		`a_total{sort="x"}`:               1,
		`a_total{kind}`:                   1,
		`sum by (le) (rate(a_total[5m]))`: 1,
		`rate(b[5m])`:                     2,
		`1 > 0`:                           1,
		`sum without (kind, place) (rate(a_total{}))`: 1,
	} {
		if found := wrongIn(query, known); len(found) != wrong {
			t.Errorf("%s: %q", query, found)
		}
	}
}

func decodeYAML(t *testing.T, name string, value any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("deploy", name))
	must(t, err)
	must(t, yaml.Unmarshal(text, value))
}
