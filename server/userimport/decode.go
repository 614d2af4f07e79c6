package userimport

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// text returns the file's text from the start, in UTF-8 as far as its encoding is known.
func (s *source) text() (io.Reader, error) {
	if _, err := s.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	switch s.binary() {
	case "utf-16le":
		return transform.NewReader(s.File, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()), nil
	case "utf-16be":
		return transform.NewReader(s.File, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder()), nil
	}
	var plain io.Reader = s.File
	if s.foreign > 0 {
		plain = &mixedReader{lines: bufio.NewReaderSize(s.File, 64<<10), gb18030: s.isGB18030()}
	}
	buffered := bufio.NewReaderSize(plain, 64<<10)
	if start, _ := buffered.Peek(len(byteOrderMark)); bytes.Equal(start, byteOrderMark) {
		_, _ = buffered.Discard(len(start)) // they are buffered
	}
	return buffered, nil
}

// mixedReader converts a text whose lines, or fields of a line, are UTF-8 or GB18030.
// What is neither stays as it is.
type mixedReader struct {
	lines   *bufio.Reader
	gb18030 bool   // no line is UTF-8
	rest    []byte // of a long line
	ready   []byte
	err     error
}

// Read returns converted text.
func (m *mixedReader) Read(p []byte) (int, error) {
	for len(m.ready) == 0 {
		if m.err != nil {
			return 0, m.err
		}
		var line []byte
		if line, m.err = m.next(); len(line) > 0 {
			m.ready = m.convert(line)
		}
	}
	n := copy(p, m.ready)
	m.ready = m.ready[n:]
	return n, nil
}

// next returns the next line, or a part of a long one that ends before a quote.
func (m *mixedReader) next() ([]byte, error) {
	line := m.rest
	m.rest = nil
	for {
		part, err := m.lines.ReadSlice('\n')
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
		if len(line) > longestRecord {
			end := bytes.LastIndexByte(line, '"')
			if end <= 0 {
				return nil, fmt.Errorf("cannot read a line: %w", errHuge)
			}
			m.rest = bytes.Clone(line[end:])
			return line[:end], nil
		}
	}
}

// convert converts a line, a field at a time: no separator is part of a character of
// GB18030.
func (m *mixedReader) convert(line []byte) []byte {
	if isASCII(line) || utf8.Valid(line) && !m.gb18030 {
		return line
	}
	if m.gb18030 {
		if converted, ok := toUTF8(line); ok {
			return converted
		}
	}
	converted := make([]byte, 0, len(line)*3/2)
	for len(line) > 0 {
		end := bytes.IndexAny(line, "\",;\t\n")
		if end < 0 {
			end = len(line) - 1
		}
		field := line[:end+1]
		if !utf8.Valid(field) || !isASCII(field) && !hasLongSequence(field) {
			field, _ = toUTF8(field)
		}
		converted = append(converted, field...)
		line = line[end+1:]
	}
	return converted
}
