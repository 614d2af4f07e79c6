package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patroni is one node of a cluster of PostgreSQL servers that Patroni manages: it
// starts, promotes, rewinds and ends the server.
type patroni struct {
	*postgres
	name    string
	program string
	api     string // HOST:PORT
	os      *os.Process
}

// newPatroni starts three nodes and three etcd. The first of the nodes leads, and
// acknowledges nothing that none of the others has.
func newPatroni(t *testing.T) []*patroni {
	t.Helper()
	program := installed(t, "patroni", "apt-get install patroni, or .ci/tools")
	etcd := startEtcd(t, installed(t, "etcd", "apt-get install etcd-server"))
	var nodes []*patroni
	for i := range 3 {
		p := &patroni{
			postgres: placePostgres(t, newestPostgresPrograms(t)), name: fmt.Sprint("node", i+1),
			program: program, api: fmt.Sprint("127.0.0.1:", freePort(t)),
		}
		must(t, os.WriteFile(p.settings(), p.configuration(t, etcd), 0o644)) //nolint:gosec // it holds no secret, and another user reads it
		p.manage(t)
		t.Cleanup(func() { p.killManager(t) })
		nodes = append(nodes, p)
		if i == 0 {
			p.awaitMembers(t, 1)
		}
	}
	nodes[0].awaitMembers(t, len(nodes))
	return nodes
}

// installed finds a program that the test needs, also where .ci/tools installs it.
func installed(t *testing.T, program, how string) string {
	t.Helper()
	if path, err := exec.LookPath(program); err == nil {
		return path
	}
	path := filepath.Join(toolsFolder(), "bin", program)
	if _, err := os.Stat(path); err == nil {
		return path
	}
	skip := t.Skipf
	if os.Getenv("CI") == "true" {
		skip = t.Fatalf
	}
	skip("to run this, install %s (%s)", program, how)
	return ""
}

// toolsFolder is what .ci/tools folder prints.
func toolsFolder() string {
	const shared = "/usr/local/lib/quartet-ci"
	if os.Getuid() == 0 {
		return shared
	}
	cache, _ := os.UserCacheDir()
	return filepath.Join(cache, "quartet-ci")
}

// newestPostgresPrograms prefers those that .ci/tools installs.
func newestPostgresPrograms(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(toolsFolder(), "postgresql", "bin")
	if _, err := os.Stat(folder); err == nil {
		return folder
	}
	return postgresPrograms(t)
}

// startEtcd starts three members and gives the addresses that clients use.
func startEtcd(t *testing.T, program string) (clients []string) {
	t.Helper()
	var peers, urls []string
	for i := range 3 {
		peer := fmt.Sprint("http://127.0.0.1:", freePort(t))
		peers = append(peers, peer)
		urls = append(urls, fmt.Sprintf("member%d=%s", i+1, peer))
		clients = append(clients, fmt.Sprint("127.0.0.1:", freePort(t)))
	}
	for i, peer := range peers {
		place := placeFor(t, "quartet-etcd")
		launchDaemon(t, place, program, "--name", fmt.Sprint("member", i+1), "--data-dir", filepath.Join(place, "data"),
			"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
			"--listen-client-urls", "http://"+clients[i], "--advertise-client-urls", "http://"+clients[i],
			"--initial-cluster", strings.Join(urls, ","), "--initial-cluster-state", "new", "--log-level", "error")
	}
	return clients
}

// placeFor makes a folder of the user that PostgreSQL runs as.
func placeFor(t *testing.T, name string) string {
	t.Helper()
	place, err := os.MkdirTemp("", name)
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(place) })
	if owner := postgresOwner(t); owner != nil {
		must(t, os.Chown(place, int(owner.Uid), int(owner.Gid)))
	}
	return place
}

// launchDaemon starts a program, not as root, which adds to the file "daemon" in place what
// it has to say. It is killed with the test.
func launchDaemon(t *testing.T, place, program string, args ...string) *os.Process {
	t.Helper()
	log, err := os.OpenFile(filepath.Join(place, "daemon"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	must(t, err)
	defer func() { _ = log.Close() }()
	command := exec.Command(program, args...)
	command.Dir, command.Stdout, command.Stderr = place, log, log
	command.SysProcAttr = &syscall.SysProcAttr{Credential: postgresOwner(t)}
	command.Env = append(os.Environ(), "HOME="+place)
	must(t, command.Start())
	ended := make(chan struct{})
	go func() { _ = command.Wait(); close(ended) }()
	t.Cleanup(func() {
		_ = command.Process.Kill()
		<-ended
	})
	return command.Process
}

func (p *patroni) settings() string { return filepath.Join(p.place, "patroni.json") }

// configuration is what the page of the engines says that matters, with the shortest
// times that Patroni allows.
func (p *patroni) configuration(t *testing.T, etcd []string) []byte {
	t.Helper()
	type object = map[string]any
	text, err := json.Marshal(object{
		"scope": "quartet", "name": p.name,
		"restapi": object{"listen": p.api, "connect_address": p.api},
		"etcd3":   object{"hosts": etcd},
		"bootstrap": object{
			"dcs": object{
				"ttl": 20, "loop_wait": 1, "retry_timeout": 3,
				"synchronous_mode": "quorum", "synchronous_node_count": 1,
				"postgresql": object{
					"use_pg_rewind": true,
					"parameters":    object{"synchronous_commit": "on", "wal_log_hints": "on", "max_connections": 100},
				},
			},
			"initdb": []any{object{"encoding": "UTF8"}, "data-checksums", "no-sync"},
		},
		"postgresql": object{
			"listen": p.address(), "connect_address": p.address(),
			"data_dir": p.data(), "bin_dir": p.programs, "pgpass": filepath.Join(p.place, "pgpass"),
			"parameters":     object{"unix_socket_directories": p.place},
			"pg_hba":         []string{"host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"},
			"authentication": object{"superuser": object{"username": "quartet"}, "replication": object{"username": "replicator"}},
		},
	})
	must(t, err)
	return text
}

// manage starts the Patroni of the node.
func (p *patroni) manage(t *testing.T) {
	t.Helper()
	p.killed = false
	p.os = launchDaemon(t, p.place, p.program, p.settings())
}

func (p *patroni) killManager(t *testing.T) {
	t.Helper()
	if err := p.os.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Error(err)
	}
}

// said is all that the node's Patroni and PostgreSQL have written.
func (p *patroni) said() string {
	text, _ := os.ReadFile(filepath.Join(p.place, "daemon"))
	return string(text)
}

// member is how Patroni's API shows a node.
type member struct {
	Name, Role, State string
	Timeline          int
}

// members are the nodes as this one's Patroni sees them.
func (p *patroni) members(t *testing.T) (members []member) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+p.api+"/cluster", nil)
	must(t, err)
	response, err := unshared.Do(request)
	if err != nil {
		return nil // it is starting
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct{ Members []member }
	must(t, json.NewDecoder(response.Body).Decode(&answer))
	return answer.Members
}

// awaitMembers waits until one node leads and all the others follow it and vote.
func (p *patroni) awaitMembers(t *testing.T, want int) {
	t.Helper()
	var last []member
	defer func() {
		if t.Failed() {
			t.Logf("%+v\n%s", last, p.said())
		}
	}()
	await(t, fmt.Sprint(want, " nodes"), func() bool {
		time.Sleep(100 * time.Millisecond) // each question is one to etcd
		last = p.members(t)
		timelines := map[int]bool{}
		leaders, followers := 0, 0
		for _, m := range last {
			switch timelines[m.Timeline] = true; {
			case m.Role == "leader" && m.State == "running":
				leaders++
			case m.Role == "quorum_standby" && m.State == "streaming":
				followers++
			}
		}
		return leaders == 1 && followers == want-1 && len(timelines) == 1
	})
}

// leader is the node that leads as p's Patroni sees it, nil while none does.
func (p *patroni) leader(t *testing.T, nodes []*patroni) *patroni {
	t.Helper()
	for _, m := range p.members(t) {
		for _, node := range nodes {
			if m.Name == node.name && m.Role == "leader" {
				return node
			}
		}
	}
	return nil
}

// switchOver hands the lead to another node, as an operator does before maintenance.
func (p *patroni) switchOver(t *testing.T, to *patroni) {
	t.Helper()
	body := strings.NewReader(`{"leader":` + strconv.Quote(p.name) + `,"candidate":` + strconv.Quote(to.name) + `}`)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+p.api+"/switchover", body)
	must(t, err)
	response, err := unshared.Do(request)
	must(t, err)
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("the switchover is refused: %s\n%s", response.Status, p.said())
	}
}
