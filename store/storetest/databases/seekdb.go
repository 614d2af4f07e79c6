//go:build unix

package databases

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
)

// SeekdbVersion is the version of the package pylibseekdb that the tests are run with.
const SeekdbVersion = "1.4.0.post1"

// Seekdb is one node of OceanBase's engine.
type Seekdb struct {
	folder   string
	process  *exec.Cmd
	clients  *os.File
	ended    chan struct{}
	listener net.Listener
	open     sync.WaitGroup
}

// StartSeekdb starts a node on new data. The server of the Python package pylibseekdb
// listens on all addresses, or on a Unix socket alone while a client holds a lock: this
// uses the latter, and forwards a port of 127.0.0.1 to the socket.
func StartSeekdb(ctx context.Context) (s *Seekdb, err error) {
	const find = "import importlib.util as u; s = u.find_spec('pylibseekdb'); print(s.submodule_search_locations[0] if s else '')"
	out, err := exec.CommandContext(ctx, "python3", "-c", find).Output()
	programs := string(bytes.TrimSpace(out))
	if err != nil || programs == "" {
		return nil, fmt.Errorf("%w: there is no pylibseekdb (pip install pylibseekdb==%s)", ErrMissing, SeekdbVersion)
	}
	folder, err := os.MkdirTemp("", "quartet-seekdb")
	if err != nil {
		return nil, err
	}
	s = &Seekdb{folder: folder}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Stop())
		}
	}()
	if err := os.Mkdir(filepath.Join(folder, "run"), 0o700); err != nil {
		return nil, err
	}
	if s.clients, err = os.Create(filepath.Join(folder, "run", "seekdb.clients")); err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(s.clients.Fd()), syscall.LOCK_SH); err != nil {
		return nil, err
	}
	if err := s.start(ctx, programs); err != nil {
		return nil, err
	}
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	go s.forward()
	return s, s.prepare(ctx)
}

func (s *Seekdb) start(ctx context.Context, programs string) error {
	s.process = exec.CommandContext(context.WithoutCancel(ctx), filepath.Join(programs, "seekdb"), "--nodaemon", "--embedded", "--base-dir", s.folder,
		"--parameter", "memory_limit=2G", "--parameter", "cpu_count=2", "--parameter", "log_disk_size=2G", "--parameter", "datafile_size=256M")
	s.process.Env = append(os.Environ(), "LD_LIBRARY_PATH="+programs)
	s.process.Dir, s.process.SysProcAttr = s.folder, attributes(nil)
	if err := os.Chmod(s.process.Path, 0o755); err != nil && !errors.Is(err, os.ErrPermission) {
		return err
	}
	if err := s.process.Start(); err != nil {
		return err
	}
	s.ended = make(chan struct{})
	go func() {
		defer close(s.ended)
		_ = s.process.Wait() // it is killed
	}()
	err := wait(ctx, startTime, "seekdb", func() bool {
		select {
		case <-s.ended:
			return true
		default:
			return query(ctx, s.name(), "SELECT 1") == nil
		}
	})
	select {
	case <-s.ended:
		return errors.New("seekdb has ended")
	default:
		return err
	}
}

func (s *Seekdb) socket() string { return filepath.Join(s.folder, "run", "sql.sock") }

// name is the name of the server for Go's driver.
func (s *Seekdb) name() string { return "root@unix(" + s.socket() + ")/" }

func (s *Seekdb) prepare(ctx context.Context) error {
	for _, statement := range []string{
		"CREATE DATABASE IF NOT EXISTS " + Name, "CREATE USER " + User + " IDENTIFIED BY '" + Password + "'", "GRANT ALL ON *.* TO " + User,
	} {
		if err := query(ctx, s.name(), statement); err != nil {
			return err
		}
	}
	return nil
}

// forward connects those who come to the port to the socket.
func (s *Seekdb) forward() {
	for {
		from, err := s.listener.Accept()
		if err != nil {
			return // closed
		}
		to, err := net.Dial("unix", s.socket())
		if err != nil {
			_ = from.Close()
			continue
		}
		for _, way := range [][2]net.Conn{{from, to}, {to, from}} {
			s.open.Go(func() {
				_, _ = io.Copy(way[1], way[0])
				_ = errors.Join(way[0].Close(), way[1].Close()) // one way closed ends both
			})
		}
	}
}

// URL names the database.
func (s *Seekdb) URL() string {
	return databaseURL(s.listener.Addr().String(), Name)
}

// Stop ends the server and removes its data.
func (s *Seekdb) Stop() error {
	if s.listener != nil {
		_ = s.listener.Close()
	}
	if s.ended != nil {
		_ = syscall.Kill(-s.process.Process.Pid, syscall.SIGKILL)
		<-s.ended
	}
	if s.clients != nil {
		_ = s.clients.Close()
	}
	return os.RemoveAll(s.folder)
}
