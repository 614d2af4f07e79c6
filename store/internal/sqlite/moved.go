package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"quartet/store/internal/engine"
)

// How the file is noticed to have been removed or replaced while it is open.
//
// A process that has a file open goes on reading and writing it after its name has been
// removed or given to another file, and what it writes is lost when it closes the file.
// Therefore the file at the path is compared with the open one (device and inode) before
// and after each commit, each second, for readiness and before a checkpoint. While they
// differ every call fails. When the same file is back, the connections go on with it.
// Another file gets connections and a cache of its own, once Accept has agreed.

const (
	// watchInterval is how often the path is compared with the open file.
	watchInterval = time.Second
	// leaveTimeout bounds the last checkpoint of a file that was replaced.
	leaveTimeout = 2 * time.Second
)

// openFile is the connections to one file, and what is cached of it.
type openFile struct {
	path   string
	info   fs.FileInfo                 // identifies the file
	wal    atomic.Pointer[fs.FileInfo] // identifies its write-ahead log; nil: not seen yet
	writer *writer
	reader *reader
	cache  *cache // nil: no caching
}

// fileState is the open file, and why it cannot be used.
type fileState struct {
	*openFile // nil: the file was replaced, and no other is accepted yet
	err       error
}

// sameFileConnector connects to a file only as long as it is at its path.
type sameFileConnector struct {
	driver.Connector
	file *openFile
}

// Connect compares the file before, so that nothing of another file is read, and after,
// because it can be replaced in between.
func (c sameFileConnector) Connect(ctx context.Context) (driver.Conn, error) {
	if _, err := c.file.compare(); err != nil {
		return nil, err
	}
	connection, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := c.file.compare(); err != nil {
		return nil, errors.Join(err, connection.Close())
	}
	return connection, nil
}

// identify returns what identifies the file at a path.
func identify(path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	_ = os.SameFile(info, info) // Windows looks the identity up when it is first compared
	// On Windows Go reports made-up modes.
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		return nil, fmt.Errorf("the database %s can be read or changed by others (mode %04o): run chmod 600 %[1]s", path, mode)
	}
	return info, nil
}

// compare returns ErrFileMoved unless the open file is the one at its path. other
// reports whether another file is there.
func (o *openFile) compare() (other bool, err error) {
	now, err := os.Stat(o.path)
	switch {
	case err != nil:
		return false, fmt.Errorf("%w: %w", engine.ErrFileMoved, err)
	case !os.SameFile(now, o.info):
		return true, fmt.Errorf("%w: another file is at %s", engine.ErrFileMoved, o.path)
	}
	return false, nil
}

// compareWAL returns ErrFileMoved if the write-ahead log was removed or replaced.
func (o *openFile) compareWAL() error {
	wal := o.wal.Load()
	if wal == nil {
		return nil
	}
	if now, err := os.Stat(o.path + walSuffix); err != nil || !os.SameFile(now, *wal) {
		return fmt.Errorf("%w: its write-ahead log was removed or replaced", engine.ErrFileMoved)
	}
	return nil
}

// opened returns the open file unless it cannot be used.
func (e *Engine) opened() (*openFile, error) {
	state := e.file.Load()
	return state.openFile, state.err
}

// unmoved returns ErrFileMoved if a file that is in use is no longer at its path.
func (e *Engine) unmoved(o *openFile) error {
	_, err := o.compare()
	if err == nil {
		err = o.compareWAL()
	}
	if err != nil && e.inspection.TryLock() {
		defer e.inspection.Unlock()
		if e.file.Load().openFile == o {
			return e.refuse(o, err)
		}
	}
	return err
}

// watch inspects the file until ctx ends.
func (e *Engine) watch(ctx context.Context) {
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			_ = e.inspect(ctx) // the state has the error
		case <-ctx.Done():
			return
		}
	}
}

// inspect compares the path with the open file, and uses what is there if it can. It
// does not wait for another inspection.
func (e *Engine) inspect(ctx context.Context) error {
	if !e.inspection.TryLock() {
		return e.file.Load().err
	}
	defer e.inspection.Unlock()
	state := e.file.Load()
	o := state.openFile
	if o == nil {
		return e.reopen(ctx, true)
	}
	other, err := o.compare()
	switch {
	case err != nil && (!other || e.options.Accept == nil):
		return e.refuse(o, err)
	case err != nil:
		e.refuse(o, err)
		e.leave(ctx, o)
		return e.reopen(ctx, true)
	}
	if err := o.compareWAL(); err != nil {
		e.refuse(o, err)
		e.leave(ctx, o) // moves what is in the log into the file
		return e.reopen(ctx, false)
	}
	if o.wal.Load() == nil {
		o.findWAL()
	}
	if state.err != nil {
		e.file.Store(&fileState{openFile: o})
		e.tell(nil)
	}
	return nil
}

// findWAL remembers the write-ahead log, which SQLite creates at the first statement.
func (o *openFile) findWAL() {
	if wal, err := identify(o.path + walSuffix); err == nil {
		o.wal.Store(&wal)
	}
}

// refuse makes every call fail with err.
func (e *Engine) refuse(o *openFile, err error) error {
	before := e.file.Swap(&fileState{openFile: o, err: err})
	if before.err == nil || before.err.Error() != err.Error() {
		e.tell(err)
	}
	return err
}

func (e *Engine) tell(err error) {
	if e.options.Moved != nil {
		e.options.Moved(err)
	}
}

// leave closes a file, wherever it is now. What is only in its write-ahead log is moved
// into it first.
func (e *Engine) leave(ctx context.Context, o *openFile) {
	ctx, cancel := context.WithTimeout(ctx, leaveTimeout)
	defer cancel()
	// What cannot be moved stays in the log, which is then kept.
	_, _ = o.writer.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	_ = o.close()
	if wal := o.wal.Load(); wal != nil {
		e.leftWAL = *wal
	}
}

// reopen opens the file at the path. Accept must agree if it is another one.
func (e *Engine) reopen(ctx context.Context, other bool) error {
	o, err := e.reopened(ctx, other)
	if err != nil {
		return e.refuse(nil, fmt.Errorf("%w: what is there now cannot be used: %w", engine.ErrFileMoved, err))
	}
	e.file.Store(&fileState{openFile: o})
	e.tell(nil)
	return nil
}

func (e *Engine) reopened(ctx context.Context, other bool) (*openFile, error) {
	found, err := identify(e.path)
	if err != nil {
		return nil, err
	}
	if other {
		if err := e.moveLeftWAL(); err != nil {
			return nil, err
		}
		if err := checkBeside(e.path); err != nil {
			return nil, err
		}
		if err := e.options.Accept(ctx); err != nil {
			return nil, err
		}
	}
	o, err := e.openFile()
	if err != nil {
		return nil, err
	}
	if !os.SameFile(found, o.info) {
		return nil, errors.Join(errors.New("it was replaced again"), o.close())
	}
	var tables int
	const look = "SELECT COUNT(*) FROM sqlite_schema"
	err = engine.Transact(ctx, o.writer.db, func(t engine.Tx) error { return t.Get(ctx, &tables, look) })
	if err != nil {
		return nil, errors.Join(err, o.close())
	}
	o.findWAL()
	return o, nil
}

// moveLeftWAL removes the write-ahead log of the file that was left, which SQLite would
// take for that of the file at the path. A log that holds something is kept under another
// name.
func (e *Engine) moveLeftWAL() error {
	wal, err := os.Stat(e.path + walSuffix)
	if err != nil || e.leftWAL == nil || !os.SameFile(wal, e.leftWAL) {
		return nil // there is none, or it came with the file at the path
	}
	if wal.Size() > 0 {
		aside := e.path + walSuffix + ".of-replaced-" + time.Now().UTC().Format("20060102T150405Z")
		if err := os.Rename(e.path+walSuffix, aside); err != nil {
			return err
		}
	}
	for _, suffix := range []string{walSuffix, shmSuffix} {
		if err := os.Remove(e.path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// close closes the writer last: the last connection moves the write-ahead log into the
// database file, which the query_only readers cannot do.
func (o *openFile) close() (err error) {
	if o.cache != nil {
		err = o.cache.close()
	}
	return errors.Join(err, o.reader.close(), o.writer.db.Close())
}
