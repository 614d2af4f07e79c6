package dump

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/go-json-experiment/json"
)

// lines reads a file line by line, and compares it with its last line.
type lines struct {
	in     *bufio.Reader
	sum    hash.Hash
	number int64 // of the line that was read last
	buffer []byte
}

// newLines also reads a file that gzip has compressed.
func newLines(in io.Reader) (*lines, error) {
	buffered := bufio.NewReaderSize(in, 1<<16)
	if magic, _ := buffered.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		plain, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, readError(err)
		}
		buffered = bufio.NewReaderSize(plain, 1<<16)
	}
	return &lines{in: buffered, sum: sha256.New()}, nil
}

// header reads the first line.
func (l *lines) header() (h Header, err error) {
	line, err := l.read()
	if errors.Is(err, ErrTruncated) && len(line) == 0 {
		return h, fmt.Errorf("%w: it is empty", ErrForeign)
	}
	if err != nil {
		return h, err
	}
	if json.Unmarshal(line, &h) != nil || h.Format != formatName {
		return h, ErrForeign
	}
	if h.Version != formatVersion {
		return h, fmt.Errorf("the file has format version %d, this program reads version %d: use the program that wrote it", h.Version, formatVersion)
	}
	if h.Migration < renamedIn {
		h.Metadata = h.Marks
	}
	l.hash(line)
	return h, nil
}

// next gives the line of a row, without its end, valid until the next call. At
// the last line it gives that and io.EOF.
func (l *lines) next() ([]byte, error) {
	line, err := l.read()
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(line, []byte(`{"end":`)) {
		l.hash(line)
		return line, nil
	}
	if _, err := l.in.Peek(1); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: more follows its last line, %d", ErrDamaged, l.number)
	}
	return line, io.EOF
}

// trailer reads the last line, and compares it with what came before.
func (l *lines) trailer(line []byte) (t trailer, err error) {
	if json.Unmarshal(line, &t) != nil {
		return t, fmt.Errorf("%w: its last line cannot be read", ErrDamaged)
	}
	if t.Total != l.number-2 { // the header and the last line
		return t, fmt.Errorf("%w: it has %d rows and should have %d", ErrDamaged, l.number-2, t.Total)
	}
	if t.SHA256 != hex.EncodeToString(l.sum.Sum(nil)) {
		return t, fmt.Errorf("%w: its SHA-256 differs from the one in its last line", ErrDamaged)
	}
	return t, nil
}

func (l *lines) hash(line []byte) {
	l.sum.Write(line)
	l.sum.Write([]byte{'\n'})
}

// read gives a line without its end, as long as it has one.
func (l *lines) read() ([]byte, error) {
	l.buffer = l.buffer[:0]
	l.number++
	for {
		part, err := l.in.ReadSlice('\n')
		l.buffer = append(l.buffer, part...)
		switch {
		case err == nil:
			return l.buffer[:len(l.buffer)-1], nil
		case len(l.buffer) > longestLine:
			return nil, fmt.Errorf("line %d is longer than %d bytes", l.number, longestLine)
		case !errors.Is(err, bufio.ErrBufferFull):
			return l.buffer, l.ended(err)
		}
	}
}

func (l *lines) ended(err error) error {
	if err = readError(err); errors.Is(err, ErrTruncated) {
		return fmt.Errorf("%w (it ends in line %d)", err, l.number)
	}
	return err
}

func readError(err error) error {
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return ErrTruncated
	case errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader):
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	default:
		return err
	}
}
