package main

import (
	"encoding/json"
	"io/fs"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/jackc/pgx/v5"
	"go.yaml.in/yaml/v3"

	"quartet/server"
)

// grammarParser reads command lines and does nothing.
func grammarParser(t *testing.T) *kong.Kong {
	t.Helper()
	return newParser(&commands{}, kong.Exit(func(int) { t.Error("the command line asks for help") }))
}

// settings are the environment variables that quartet serve reads.
func settings(t *testing.T) []string {
	t.Helper()
	names := []string{weChatSecretVariable, smsSecretVariable, fallbackSecretVariable}
	for _, option := range serveOptions(t) {
		names = append(names, option.Envs...)
	}
	return names
}

// drainTime is the default of --drain-timeout.
func drainTime(t *testing.T) time.Duration { return limitsOf(t).DrainTimeout.Duration }

var settingName = regexp.MustCompile(`QUARTET_[A-Z0-9_]+`)

func TestDeploymentNamesSettingsThatThereAre(t *testing.T) {
	t.Parallel()
	known := settings(t)
	files := []string{"../../Dockerfile"}
	must(t, filepath.WalkDir("deploy", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, path)
		}
		return err
	}))
	found := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		must(t, err)
		for _, name := range settingName.FindAllString(string(text), -1) {
			found++
			if !slices.Contains(known, name) {
				t.Errorf("%s: quartet serve knows no %s", file, name)
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d settings were seen", found)
	}
}

// portOf is the port of an address, with its colon.
func portOf(t *testing.T, address string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	must(t, err)
	return ":" + port
}

// requireTrusted makes sure that the servers trust nginx's address and no other.
func requireTrusted(t *testing.T, trusted string, network any) {
	t.Helper()
	equal(t, "trusted", any(trusted), network.(map[string]any)["ipv4_address"])
}

// requireServes makes sure that quartet serve can be started in an environment.
func requireServes(t *testing.T, environment map[string]string) {
	t.Helper()
	for name, value := range environment {
		t.Setenv(name, value)
	}
	_, err := grammarParser(t).Parse([]string{"serve"})
	must(t, err)
}

// requirePassword makes sure that a database URL takes its password from file.
func requirePassword(t *testing.T, url, file, line string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pgpass")
	must(t, os.WriteFile(path, []byte(line+"\n"), 0o600))
	equal(t, "passfile in "+url, strings.Count(url, "passfile="+file), 1)
	config, err := pgx.ParseConfig(strings.Replace(url, file, path, 1))
	must(t, err)
	equal(t, "password", config.Password, "heron")
}

func TestEnvironmentFile(t *testing.T) {
	text, err := os.ReadFile("deploy/quartet.env")
	must(t, err)
	environment := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && strings.HasPrefix(name, "QUARTET_") {
			environment[name] = value
		}
		url, isOther := strings.CutPrefix(strings.TrimSpace(line), "#QUARTET_DATABASE=")
		switch {
		case strings.HasPrefix(url, "mysql://"):
			equal(t, "password of "+url, strings.Contains(string(text), "\n#MYSQL_PWD="), true)
		case isOther:
			requirePassword(t, strings.Replace(url, "verify-full", "disable", 1), "/etc/quartet/pgpass", "db.example.com:5432:quartet:quartet:heron")
		}
	}
	equal(t, "database", environment["QUARTET_DATABASE"], "sqlite:/var/lib/quartet/quartet.db")
	requireServes(t, environment)
}

func TestUnit(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("deploy/quartet.service")
	must(t, err)
	options := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(line, "#") {
			options[name] = value
		}
	}
	for name, want := range map[string]string{
		"EnvironmentFile": "/etc/quartet/quartet.env", "StateDirectory": "quartet", "ProtectSystem": "strict",
		"NoNewPrivileges": "yes", "User": "quartet", "Restart": "on-failure",
	} {
		equal(t, name, options[name], want)
	}
	if seconds, err := strconv.Atoi(options["TimeoutStopSec"]); err != nil || time.Duration(seconds)*time.Second <= drainTime(t) {
		t.Errorf("killed after %q", options["TimeoutStopSec"])
	}
	program, args, _ := strings.Cut(options["ExecStart"], " ")
	_, err = grammarParser(t).Parse(strings.Fields(args))
	must(t, err)
	verifyUnit(t, string(text), program)
}

// verifyUnit lets systemd read the unit. It wants the program to be there.
func verifyUnit(t *testing.T, unit, program string) {
	t.Helper()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Log("systemd-analyze is not on PATH: the unit was read, but not by systemd")
		return
	}
	itself, err := os.Executable()
	must(t, err)
	path := filepath.Join(t.TempDir(), "quartet.service")
	must(t, os.WriteFile(path, []byte(strings.Replace(unit, "="+program+" ", "="+itself+" ", 1)), 0o600))
	if said, err := exec.CommandContext(t.Context(), analyze, "verify", path).CombinedOutput(); err != nil || len(said) > 0 {
		t.Errorf("systemd: %v: %s", err, said)
	}
}

// kubeObject is what the tests read of an object.
type kubeObject struct {
	Kind string
	Data map[string]string
	Spec struct {
		Ingress []struct {
			Ports []struct{ Port string }
			From  []any
		}
		Replicas int
		Template struct {
			Spec kubePod
		}
	}
}

type kubePod struct {
	Grace           int `yaml:"terminationGracePeriodSeconds"`
	SecurityContext struct {
		RunAsNonRoot bool `yaml:"runAsNonRoot"`
	} `yaml:"securityContext"`
	InitContainers []kubeContainer `yaml:"initContainers"`
	Containers     []kubeContainer
}

type kubeContainer struct {
	Name, Image string
	Args        []string
	Env         []struct{ Name, Value string }
	Ports       []struct {
		Name          string
		ContainerPort int `yaml:"containerPort"`
	}
	SecurityContext struct {
		ReadOnly bool `yaml:"readOnlyRootFilesystem"`
	} `yaml:"securityContext"`
	Readiness kubeProbe `yaml:"readinessProbe"`
	Liveness  kubeProbe `yaml:"livenessProbe"`
	Lifecycle struct {
		PreStop struct{ Sleep struct{ Seconds int } } `yaml:"preStop"`
	}
}

type kubeProbe struct {
	HTTPGet struct{ Path string } `yaml:"httpGet"`
}

func TestKubernetesExample(t *testing.T) {
	objects := kubeObjects(t)
	equal(t, "kinds", strings.Join(slices.Sorted(maps.Keys(objects)), " "), "ConfigMap Deployment NetworkPolicy PodDisruptionBudget Service")
	requireServes(t, objects["ConfigMap"].Data)
	equal(t, "replicas", objects["Deployment"].Spec.Replicas, 2)
	requirePod(t, objects["Deployment"].Spec.Template.Spec, objects)
}

// requirePod makes sure that a pod is locked in, gets the traffic when it can answer it and
// has the time to end.
func requirePod(t *testing.T, pod kubePod, objects map[string]kubeObject) {
	t.Helper()
	equal(t, "non-root", pod.SecurityContext.RunAsNonRoot, true)
	for _, container := range append(pod.InitContainers, pod.Containers...) {
		equal(t, container.Name+" has a version", pinned.MatchString(container.Image), true)
		equal(t, container.Name+" is read only", container.SecurityContext.ReadOnly, true)
		if len(container.Args) > 0 {
			_, err := grammarParser(t).Parse(container.Args)
			must(t, err)
		}
	}
	server := pod.Containers[0]
	for _, port := range server.Ports {
		setting := map[string]string{"http": "QUARTET_ADDR", "admin": "QUARTET_ADMIN_ADDR"}[port.Name]
		equal(t, setting, portOf(t, objects["ConfigMap"].Data[setting]), ":"+strconv.Itoa(port.ContainerPort))
	}
	equal(t, "ports", len(server.Ports), 2)
	equal(t, "everybody's port", objects["NetworkPolicy"].Spec.Ingress[0].Ports[0].Port, "http")
	equal(t, "the port of administration is for", len(objects["NetworkPolicy"].Spec.Ingress[1].From), 1)
	equal(t, "readiness", server.Readiness.HTTPGet.Path, "/readyz")
	equal(t, "liveness", server.Liveness.HTTPGet.Path, "/healthz")
	pause := server.Lifecycle.PreStop.Sleep.Seconds
	if patience := time.Duration(pod.Grace-pause) * time.Second; pause == 0 || patience <= drainTime(t) {
		t.Errorf("killed %s after a pause of %d s", patience, pause)
	}
}

// TestIngressExample: the ingress leads to the service of kubernetes.yaml, by a path that
// the servers take for a base path.
func TestIngressExample(t *testing.T) {
	t.Parallel()
	var ingress struct {
		Kind string
		Spec struct {
			TLS []struct {
				Hosts []string
			}
			Rules []struct {
				Host string
				HTTP struct {
					Paths []struct {
						Path, PathType string
						Backend        struct {
							Service struct {
								Name string
								Port struct{ Name string }
							}
						}
					}
				}
			}
		}
	}
	var service struct {
		Metadata struct{ Name string }
		Spec     struct{ Ports []struct{ Name string } }
	}
	text, err := os.ReadFile("deploy/ingress.yaml")
	must(t, err)
	// Keys of the Kubernetes API are matched without their case.
	decodeJSONOf(t, text, &ingress)
	whole, err := os.ReadFile("deploy/kubernetes.yaml")
	must(t, err)
	for _, part := range strings.Split(string(whole), "\n---\n") {
		if strings.Contains(part, "kind: Service\n") {
			decodeJSONOf(t, []byte(part), &service)
		}
	}
	rule := ingress.Spec.Rules[0]
	path := rule.HTTP.Paths[0]
	equal(t, "kind", ingress.Kind, "Ingress")
	equal(t, "hosts with a certificate", strings.Join(ingress.Spec.TLS[0].Hosts, " "), rule.Host)
	equal(t, "type of the path", path.PathType, "Prefix")
	equal(t, "service", path.Backend.Service.Name, service.Metadata.Name)
	equal(t, "port", path.Backend.Service.Port.Name, service.Spec.Ports[0].Name)
	equal(t, "settings named", strings.Count(string(text), "QUARTET_BASE_PATH: "+path.Path+" "), 1)
	must(t, server.Options{BasePaths: []string{path.Path}}.Check())
}

// decodeJSONOf decodes YAML as Kubernetes does: as JSON.
func decodeJSONOf(t *testing.T, text []byte, into any) {
	t.Helper()
	var tree map[string]any
	must(t, yaml.Unmarshal(text, &tree))
	asJSON, err := json.Marshal(tree)
	must(t, err)
	must(t, json.Unmarshal(asJSON, into))
}

func kubeObjects(t *testing.T) map[string]kubeObject {
	t.Helper()
	text, err := os.ReadFile("deploy/kubernetes.yaml")
	must(t, err)
	return kubeObjectsOf(t, text)
}
