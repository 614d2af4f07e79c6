package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// chartVariable makes the tests of the chart run. They need helm and kubeconform: those of
// PATH, or else they are compiled.
const chartVariable = "QUARTET_CHART"

const (
	helmModule        = "helm.sh/helm/v3/cmd/helm@v3.22.0"
	kubeconformModule = "github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0"
	// schemasModule contains the OpenAPI documents of Kubernetes.
	schemasModule = "sigs.k8s.io/kubectl-validate@v0.0.4"
	kubernetes    = "1.30" // the oldest that the pages name
)

// TestChart renders the Helm chart for each engine. The program knows all settings, and
// Kubernetes all fields.
func TestChart(t *testing.T) {
	if os.Getenv(chartVariable) == "" {
		t.Skip("to run this, set " + chartVariable + "=true (make test-chart)")
	}
	dir := t.TempDir()
	helm := builtTool(t, dir, "helm", helmModule)
	schemas := kubeSchemas(t)
	kubeconform := builtTool(t, dir, "kubeconform", kubeconformModule)
	conform := func(t *testing.T, objects []byte) error {
		t.Helper()
		check := exec.CommandContext(t.Context(), kubeconform, "-strict", "-summary",
			"-schema-location", schemas+"/{{.ResourceKind}}{{.KindSuffix}}.json", "-skip", "monitoring.coreos.com/v1/ServiceMonitor", "-")
		check.Stdin = bytes.NewReader(objects)
		said, err := check.CombinedOutput()
		t.Logf("kubeconform: %s", said)
		return err
	}
	numbers := filepath.Join(dir, "numbers.yaml") // numbers of a file are not those of --set
	must(t, os.WriteFile(numbers, []byte("settings: {QUARTET_BODY_LIMIT: 1048576, QUARTET_LOG_FORMAT: text, QUARTET_OPEN_REGISTRATION: true}"), 0o600))
	everything := []string{
		"--set", "ingress.enabled=true,ingress.className=nginx,serviceMonitor.enabled=true,serviceMonitor.labels.release=prometheus",
		"--set", "otlp.endpoint=http://collector.monitoring:4318,otlp.variables.OTEL_TRACES_SAMPLER=parentbased_traceidratio",
		"--set", "trustedProxies={10.244.1.0/24,10.244.2.0/24},settings.QUARTET_SMS=webhook,settings.QUARTET_SMS_URL=https://sms.example.com/send",
		"-f", numbers,
		"--set", "database.filesSecret=quartet-tls,secretVariables[0].name=QUARTET_SMS_SECRET,secretVariables[0].secret=quartet,secretVariables[0].key=sms",
	}
	for name, values := range map[string][]string{
		"postgres": nil, "mysql": {"--set", "engine=mysql,replicas=3"}, "sqlite": {"--set", "engine=sqlite"},
		"postgres, everything": everything, "mysql, everything": append([]string{"--set", "engine=mysql"}, everything...),
		"sqlite, everything": append([]string{"--set", "engine=sqlite"}, everything...),
	} {
		t.Run(name, func(t *testing.T) {
			tool(t, helm, append([]string{"lint", "--strict", "--kube-version", kubernetes, "deploy/helm/quartet"}, values...)...)
			rendered := tool(t, helm, append([]string{"template", "quartet", "--kube-version", kubernetes, "deploy/helm/quartet"}, values...)...)
			must(t, conform(t, rendered))
			if conform(t, bytes.Replace(rendered, []byte("terminationGracePeriodSeconds"), []byte("gracePeriod"), 1)) == nil {
				t.Error("kubeconform accepts an unknown field")
			}
			requireChart(t, kubeObjectsOf(t, rendered), strings.HasPrefix(name, "sqlite"))
		})
	}
	t.Run("the examples without Helm", func(t *testing.T) {
		for _, file := range []string{"deploy/kubernetes.yaml", "deploy/ingress.yaml"} {
			text, err := os.ReadFile(file)
			must(t, err)
			must(t, conform(t, text))
		}
	})
	for why, values := range map[string]string{"engine is oracle": "engine=oracle", "must be less than replicas": "replicas=1",
		"database.existingSecret is needed": "database.existingSecret=", "keys.existingSecret is needed": "keys.existingSecret="} {
		out, err := exec.CommandContext(t.Context(), helm, "template", "quartet", "--kube-version", kubernetes, "deploy/helm/quartet", "--set", values).CombinedOutput()
		if err == nil || !strings.Contains(string(out), why) {
			t.Errorf("%s: %v: %s", values, err, out)
		}
	}
}

// requireChart makes sure that the program understands what was rendered.
func requireChart(t *testing.T, objects map[string]kubeObject, one bool) {
	t.Helper()
	workload, other := "Deployment", "StatefulSet"
	if one {
		workload, other = other, workload
	}
	_, budget := objects["PodDisruptionBudget"]
	_, unwanted := objects[other]
	if unwanted || budget == one {
		t.Errorf("kinds: %v", slices.Sorted(maps.Keys(objects)))
	}
	pod := objects[workload].Spec.Template.Spec
	environment := maps.Clone(objects["ConfigMap"].Data)
	for _, variable := range pod.Containers[0].Env {
		environment[variable.Name] = variable.Value
	}
	known := settings(t)
	for name := range environment {
		if !slices.Contains(known, name) && !strings.HasPrefix(name, "OTEL_") {
			t.Errorf("quartet serve knows no %s", name)
		}
	}
	requireServes(t, environment)
	requirePod(t, pod, objects)
}

// builtTool is a program of PATH, or compiled from a module.
func builtTool(t *testing.T, dir, name, module string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err == nil {
		return path
	}
	install := exec.CommandContext(t.Context(), "go", "install", module)
	install.Env = append(os.Environ(), "GOBIN="+dir)
	if said, err := install.CombinedOutput(); err != nil {
		t.Fatalf("go install %s: %v\n%s", module, err, said)
	}
	return path
}

// tool runs a program that must succeed.
func tool(t *testing.T, program string, args ...string) []byte {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, args...)
	var errs bytes.Buffer
	command.Stderr = &errs
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s%s", program, args, err, out, errs.String())
	}
	return out
}

// kubeSchemas writes a JSON schema of each kind of Kubernetes that the files use, from
// the OpenAPI documents, with unknown fields refused.
func kubeSchemas(t *testing.T) (dir string) {
	t.Helper()
	var module struct{ Dir string }
	must(t, json.Unmarshal(tool(t, "go", "mod", "download", "-json", schemasModule), &module))
	dir = t.TempDir()
	for _, group := range []string{"api/v1", "apis/apps/v1", "apis/policy/v1", "apis/networking.k8s.io/v1"} {
		var document struct {
			Components struct {
				Schemas map[string]map[string]any `json:"schemas"`
			} `json:"components"`
		}
		text, err := os.ReadFile(filepath.Join(module.Dir, "pkg/openapiclient/builtins", kubernetes, group+".json"))
		must(t, err)
		must(t, json.Unmarshal(text, &document))
		for _, schema := range document.Components.Schemas {
			if schema["properties"] != nil {
				schema["additionalProperties"] = false
			}
		}
		for name, schema := range document.Components.Schemas {
			kinds, _ := schema["x-kubernetes-group-version-kind"].([]any)
			if len(kinds) != 1 {
				continue
			}
			kind := kinds[0].(map[string]any)
			suffix := "-" + kind["version"].(string)
			if short, _, _ := strings.Cut(kind["group"].(string), "."); short != "" {
				suffix = "-" + short + suffix
			}
			written, err := json.Marshal(map[string]any{"$ref": "#/components/schemas/" + name, "components": document.Components})
			must(t, err)
			must(t, os.WriteFile(filepath.Join(dir, strings.ToLower(kind["kind"].(string))+suffix+".json"), written, 0o600))
		}
	}
	return dir
}

// kubeObjectsOf are the objects of a text by their kind, the last of each.
func kubeObjectsOf(t *testing.T, text []byte) map[string]kubeObject {
	t.Helper()
	objects := map[string]kubeObject{}
	for decoder := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var object kubeObject
		err := decoder.Decode(&object)
		if errors.Is(err, io.EOF) {
			return objects
		}
		must(t, err)
		objects[object.Kind] = object
	}
}
