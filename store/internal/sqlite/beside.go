package sqlite

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
)

// The names of the files that are kept beside a database: SQLite's two, and the copy that
// a restore has not put in place yet.
const (
	walSuffix       = "-wal"
	shmSuffix       = "-shm"
	RestoringSuffix = ".restoring"
)

// readVersion is where the file's header says with what it is to be read
// (https://www.sqlite.org/fileformat2.html#file_format_version_numbers).
const (
	readVersion = 19
	withoutWAL  = 1
)

// inUse counts the engines of this process by the paths of their files.
var (
	inUse      = map[string]int{}
	inUseMutex sync.Mutex
)

// use registers an engine and reports whether it is the only one of its path.
func use(path string) (alone bool) {
	inUseMutex.Lock()
	defer inUseMutex.Unlock()
	inUse[path]++
	return inUse[path] == 1
}

func unuse(path string) {
	inUseMutex.Lock()
	defer inUseMutex.Unlock()
	if inUse[path]--; inUse[path] == 0 {
		delete(inUse, path)
	}
}

// checkBeside refuses a file that the files beside it would ruin: SQLite writes a
// write-ahead log that it finds into any file, also into a copy that was put there. This process must not have the file open: to look
// at it would drop the locks that it holds on it (POSIX fcntl).
func checkBeside(path string) error {
	wal, err := os.Stat(path + walSuffix)
	if err != nil || wal.Size() == 0 {
		return nil // there is nothing to write
	}
	foreign, err := cannotHaveWAL(path)
	if err != nil {
		return err
	}
	if foreign {
		return fmt.Errorf("%s does not belong to %s, and SQLite would ruin one by the other: if the file was copied there from a backup, move it away and run quartet restore with it; if it was removed, bring back the one that the log belongs to",
			path+walSuffix, path)
	}
	return nil
}

// cannotHaveWAL reports whether a file has never been written with a write-ahead log: it
// is missing or empty, or a copy that nobody has opened since it was made.
func cannotHaveWAL(path string) (bool, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = file.Close() }() // it was only read
	header := make([]byte, readVersion+1)
	_, err = io.ReadFull(file, header)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return true, nil
	}
	return header[readVersion] == withoutWAL, err
}
