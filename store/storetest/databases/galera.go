//go:build unix

package databases

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Galera is a cluster of three nodes of MariaDB.
type Galera struct {
	Nodes  []*Node
	folder string
	as     *syscall.Credential
}

// Node is one server of a cluster.
type Node struct {
	Port    int // of MySQL's protocol
	cluster *Galera
	number  int // from 1
	ports   [3]int
	process *exec.Cmd
	ended   chan struct{}
}

// library are the places of Galera's library.
var library = []string{"/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera-4/libgalera_smm.so"}

// StartGalera initialises and starts a cluster of three nodes. A node that has been silent
// for so long is left out; on a busy machine a short time leaves out nodes that are only
// slow. As root the nodes run as the user mysql, because the state transfer fails for root.
func StartGalera(ctx context.Context, silence time.Duration) (g *Galera, err error) {
	for _, program := range []string{"mariadbd", "mariadb-install-db", "rsync", "wsrep_sst_rsync"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, fmt.Errorf("%w: there is no %s (Debian: apt-get install mariadb-server galera-4 rsync)", ErrMissing, program)
		}
	}
	provider := slices.IndexFunc(library, func(path string) bool { _, err := os.Stat(path); return err == nil })
	if provider < 0 {
		return nil, fmt.Errorf("%w: there is no %s (Debian: apt-get install galera-4)", ErrMissing, library[0])
	}
	as, err := Owner("mysql")
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "quartet-galera")
	if err != nil {
		return nil, err
	}
	g = &Galera{folder: folder, as: as}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.Stop())
		}
	}()
	if as != nil {
		if err := os.Chown(folder, int(as.Uid), int(as.Gid)); err != nil {
			return nil, err
		}
	}
	if err := g.place(library[provider], silence); err != nil {
		return nil, err
	}
	return g, g.initialise(ctx)
}

// place chooses the ports and writes the configuration.
func (g *Galera) place(provider string, silence time.Duration) error {
	var addresses []string
	for i := range 3 {
		n := &Node{cluster: g, number: i + 1}
		for _, port := range []*int{&n.Port, &n.ports[0], &n.ports[1], &n.ports[2]} {
			var err error
			if *port, err = FreePort(); err != nil {
				return err
			}
		}
		g.Nodes = append(g.Nodes, n)
		addresses = append(addresses, fmt.Sprint("127.0.0.1:", n.ports[0]))
	}
	for _, n := range g.Nodes {
		settings := fmt.Sprintf(`[mariadbd]
datadir=%[1]s/data
socket=%[1]s.socket
pid-file=%[1]s.pid
log-error=%[1]s.log
port=%[2]d
bind-address=127.0.0.1
skip-name-resolve
max-connections=500
innodb-autoinc-lock-mode=2
binlog-format=ROW
innodb-buffer-pool-size=64M
innodb-log-file-size=32M
innodb-flush-log-at-trx-commit=2
wsrep-on=ON
wsrep-provider=%[3]s
wsrep-cluster-name=quartet
wsrep-cluster-address=gcomm://%[4]s
wsrep-node-name=node%[5]d
wsrep-node-address=127.0.0.1
wsrep-sst-method=rsync
wsrep-sst-receive-address=127.0.0.1:%[8]d
wsrep-provider-options="base_host=127.0.0.1;base_port=%[6]d;gmcast.listen_addr=tcp://127.0.0.1:%[6]d;ist.recv_addr=127.0.0.1:%[7]d;gcache.size=64M;evs.suspect_timeout=PT%[9]dS;evs.inactive_timeout=PT%[10]dS"
`, n.path(), n.Port, provider, strings.Join(addresses, ","), n.number, n.ports[0], n.ports[1], n.ports[2], int(silence.Seconds()), int(3*silence.Seconds()))
		if err := os.WriteFile(n.path()+".cnf", []byte(settings), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// initialise makes the data of one node, which the others copy, and starts all.
func (g *Galera) initialise(ctx context.Context) error {
	first := g.Nodes[0]
	install := exec.CommandContext(ctx, "mariadb-install-db", "--no-defaults", "--datadir="+first.path()+"/data",
		"--auth-root-authentication-method=normal", "--skip-test-db", "--innodb-log-file-size=32M")
	install.Dir, install.SysProcAttr = g.folder, attributes(g.as)
	if out, err := install.CombinedOutput(); err != nil {
		return fmt.Errorf("mariadb-install-db: %w: %s", err, out)
	}
	if err := first.Bootstrap(ctx); err != nil {
		return err
	}
	for _, statement := range []string{
		"CREATE DATABASE " + Name, "CREATE USER " + User + "@'%' IDENTIFIED BY '" + Password + "'", "GRANT ALL ON *.* TO " + User + "@'%'",
	} {
		if err := query(ctx, first.name("root"), statement); err != nil {
			return err
		}
	}
	for _, n := range g.Nodes[1:] { // one after the other: the first can serve one copy at a time
		if err := os.Mkdir(n.path(), 0o700); err != nil {
			return err
		}
		if err := os.Mkdir(n.path()+"/data", 0o700); err != nil {
			return err
		}
		if g.as != nil {
			if err := errors.Join(os.Chown(n.path(), int(g.as.Uid), int(g.as.Gid)), os.Chown(n.path()+"/data", int(g.as.Uid), int(g.as.Gid))); err != nil {
				return err
			}
		}
		if err := n.Start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// URL names a database at all nodes: the preferred writer first, then those behind it.
func (g *Galera) URL(preferred int, database string) string {
	var hosts []string
	for i := range g.Nodes {
		hosts = append(hosts, g.Nodes[(preferred+i)%len(g.Nodes)].Address())
	}
	return databaseURL(strings.Join(hosts, ","), database)
}

// URL names a database at this node alone.
func (n *Node) URL(database string) string { return databaseURL(n.Address(), database) }

func databaseURL(hosts, database string) string {
	return "mysql://" + User + ":" + Password + "@" + hosts + "/" + database
}

// Stop ends all nodes at once and removes their data.
func (g *Galera) Stop() error {
	for _, n := range g.Nodes {
		n.Kill()
	}
	return os.RemoveAll(g.folder)
}

func (n *Node) path() string { return filepath.Join(n.cluster.folder, "node"+strconv.Itoa(n.number)) }

// Address is where the node is reached.
func (n *Node) Address() string { return fmt.Sprint("127.0.0.1:", n.Port) }

// name is the name of the node for Go's driver.
func (n *Node) name(account string) string {
	return account + "@unix(" + n.path() + ".socket)/"
}

// Exec runs a statement as the node's administrator.
func (n *Node) Exec(ctx context.Context, statement string) error {
	return query(ctx, n.name("root"), statement)
}

// Status returns a status variable of the node, such as wsrep_cluster_status, or "" if
// it does not answer.
func (n *Node) Status(ctx context.Context, variable string) string {
	var name, value string
	_ = query(ctx, n.name("root"), "SHOW STATUS LIKE '"+variable+"'", &name, &value) // not running, or not yet
	return value
}

// Log returns the end of the node's log.
func (n *Node) Log() string {
	text, _ := os.ReadFile(n.path() + ".log") // there is none before the first start
	return string(text[max(0, len(text)-20_000):])
}

// Text returns a text that a query finds, with all that the cluster has committed.
func (n *Node) Text(ctx context.Context, statement string) (text string, err error) {
	err = query(ctx, n.name("root")+"?wsrep_sync_wait=1", statement, &text)
	return text, err
}

// Bootstrap starts the node as the first of a new cluster.
func (n *Node) Bootstrap(ctx context.Context) error { return n.start(ctx, "--wsrep-new-cluster") }

// Start starts the node and waits until it has joined the cluster. After a crash it
// first looks how far its data goes, as the node's systemd unit does, so that it need
// not copy all of it.
func (n *Node) Start(ctx context.Context) error {
	var position []string
	// The file holds -1 unless the node was shut down in good order.
	if state, err := os.ReadFile(n.path() + "/data/grastate.dat"); err == nil && bytes.Contains(state, []byte("seqno:   -1")) {
		found, err := n.recover(ctx)
		if err != nil {
			return err
		}
		position = append(position, "--wsrep-start-position="+found)
	}
	return n.start(ctx, position...)
}

// recover returns how far the data of the node goes.
func (n *Node) recover(ctx context.Context) (position string, err error) {
	log := n.path() + ".recovery"
	if err := os.RemoveAll(log); err != nil {
		return "", err
	}
	if err := n.run(ctx, "--wsrep-recover", "--log-error="+log); err != nil {
		return "", err
	}
	err = wait(ctx, startTime, "the position of a node", func() bool {
		text, _ := os.ReadFile(log) // there is none yet
		if found := recovered.FindSubmatch(text); found != nil {
			position = string(found[1])
		}
		return position != "" || n.hasEnded()
	})
	if err == nil && position == "" {
		err = errors.New("the position of a node is unknown")
	}
	// MariaDB 10.11 does not always end by itself after that.
	_ = wait(ctx, time.Second, "the recovery to end", n.hasEnded)
	n.Kill()
	return position, err
}

var recovered = regexp.MustCompile(`WSREP: Recovered position: *([0-9a-f-]+:-?[0-9]+)`)

// run starts the program.
func (n *Node) run(ctx context.Context, args ...string) error {
	if n.process != nil {
		return errors.New("the node runs")
	}
	process := exec.CommandContext(context.WithoutCancel(ctx), "mariadbd", append([]string{"--defaults-file=" + n.path() + ".cnf"}, args...)...)
	process.Dir, process.SysProcAttr = n.cluster.folder, attributes(n.cluster.as)
	if err := process.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	n.process, n.ended = process, ended
	go func() {
		defer close(ended)
		_ = process.Wait() // the log says how it ended
	}()
	return nil
}

func (n *Node) start(ctx context.Context, args ...string) error {
	if err := n.run(ctx, args...); err != nil {
		return err
	}
	err := wait(ctx, startTime, "a node to join", func() bool {
		return n.hasEnded() || n.Status(ctx, "wsrep_local_state_comment") == "Synced" && n.Status(ctx, "wsrep_ready") == "ON"
	})
	if err == nil && n.hasEnded() {
		err = errors.New("the node has ended")
	}
	if err != nil {
		log, _ := os.ReadFile(n.path() + ".log")
		err = fmt.Errorf("%w:\n%s", err, log[max(0, len(log)-4000):])
	}
	return err
}

func (n *Node) hasEnded() bool {
	select {
	case <-n.ended:
		return true
	default:
		return false
	}
}

// Kill ends the node at once, as a power cut would, if it runs.
func (n *Node) Kill() { n.end(syscall.SIGKILL) }

// Shutdown ends the node in good order.
func (n *Node) Shutdown(ctx context.Context) error {
	if n.process == nil {
		return errors.New("the node does not run")
	}
	_ = n.process.Process.Signal(syscall.SIGTERM)
	if err := wait(ctx, stopTime, "a node to end", n.hasEnded); err != nil {
		return err
	}
	n.process = nil
	return nil
}

func (n *Node) end(signal syscall.Signal) {
	if n.process == nil {
		return
	}
	_ = syscall.Kill(-n.process.Process.Pid, signal) // with the scripts that copy its data
	<-n.ended
	n.process = nil
}
