package main

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// composeService is what the tests read of a service.
type composeService struct {
	Image           string
	Restart         string
	StopGracePeriod string `yaml:"stop_grace_period"`
	ReadOnly        bool   `yaml:"read_only"`
	Environment     map[string]string
	Secrets         []string
	Volumes         []string
	Ports           []string
	Networks        any
}

func composeServices(t *testing.T, name string) map[string]composeService {
	t.Helper()
	var file struct {
		Services         map[string]composeService
		Volumes, Secrets map[string]any
	}
	decodeYAML(t, name, &file)
	for name, service := range file.Services {
		for _, secret := range service.Secrets {
			if _, declared := file.Secrets[secret]; !declared {
				t.Errorf("%s: there is no secret %s", name, secret)
			}
		}
		for _, volume := range service.Volumes {
			source, _, _ := strings.Cut(volume, ":")
			if _, declared := file.Volumes[source]; !declared && !strings.HasPrefix(source, "./") {
				t.Errorf("%s: there is no volume %s", name, source)
			}
		}
	}
	return file.Services
}

var pinned = regexp.MustCompile(`^[a-z0-9./-]+:v?\d+\.\d+(\.\d+)?$`)

func TestComposeFile(t *testing.T) {
	services := composeServices(t, "compose.yaml")
	equal(t, "services", strings.Join(slices.Sorted(maps.Keys(services)), " "), "nginx postgres quartet-1 quartet-2")
	requireCompose(t, services)
	requireBehindNginx(t, services)
	requirePassword(t, services["quartet-1"].Environment["QUARTET_DATABASE"], "/run/secrets/pgpass", "postgres:5432:quartet:quartet:heron")
}

// TestComposeFilesOfOtherEngines: nobody has run the containers of Galera and of Patroni.
func TestComposeFilesOfOtherEngines(t *testing.T) {
	for file, hosts := range map[string]string{"compose.galera.yaml": "galera-1 galera-2 galera-3", "compose.patroni.yaml": "patroni-1 patroni-2 patroni-3"} {
		services := composeServices(t, file)
		requireCompose(t, services)
		requireBehindNginx(t, services)
		address, err := url.Parse(services["quartet-2"].Environment["QUARTET_DATABASE"])
		must(t, err)
		for host := range strings.SplitSeq(address.Host, ",") {
			name, _, _ := strings.Cut(host, ":")
			if _, known := services[name]; !known || !strings.Contains(hosts, name) {
				t.Errorf("%s: there is no %s", file, name)
			}
		}
		equal(t, file+": hosts", strings.Count(address.Host, ","), 2)
	}
	one := composeServices(t, "compose.sqlite.yaml")
	equal(t, "services", len(one), 1)
	requireCompose(t, one)
}

// requireCompose makes sure that the servers of a file start, are locked in and have the
// time to end.
func requireCompose(t *testing.T, services map[string]composeService) {
	t.Helper()
	for name, service := range services {
		if ours := strings.HasPrefix(name, "quartet"); !ours && !pinned.MatchString(service.Image) {
			t.Errorf("%s: the image %s has no version", name, service.Image)
		} else if ours {
			grace, err := time.ParseDuration(service.StopGracePeriod)
			if err != nil || grace <= drainTime(t) || !service.ReadOnly {
				t.Errorf("%s: ended after %q, read only %t", name, service.StopGracePeriod, service.ReadOnly)
			}
			requireServes(t, service.Environment)
			for _, port := range service.Ports {
				if !strings.HasPrefix(port, "127.0.0.1:") {
					t.Errorf("%s is open to others at %s", name, port)
				}
			}
		}
		equal(t, name+" restarts", service.Restart, "unless-stopped")
	}
}

// requireBehindNginx makes sure that nginx reaches two servers, and they trust it alone.
func requireBehindNginx(t *testing.T, services map[string]composeService) {
	t.Helper()
	nginx := services["nginx"].Networks.(map[string]any)
	for _, name := range []string{"quartet-1", "quartet-2"} {
		for _, port := range services[name].Ports {
			equal(t, name+" is open at", port, "127.0.0.1:8081"+portOf(t, services[name].Environment["QUARTET_ADMIN_ADDR"]))
		}
		maps.DeleteFunc(services[name].Networks.(map[string]any), func(network string, _ any) bool { return nginx[network] == nil })
		equal(t, name+"'s networks shared with nginx", len(services[name].Networks.(map[string]any)), 1)
	}
	requireTrusted(t, services["quartet-1"].Environment["QUARTET_TRUSTED_PROXIES"], nginx["inside"])
}
