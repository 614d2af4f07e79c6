package userimport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// longestRecord is the maximum size of a user's record, in bytes.
const longestRecord = 1 << 20

var errHuge = errors.New("more than 1 MiB in one record: is a quote not closed?")

// source is a file that can be read more than once, and what the first reading found.
type source struct {
	*os.File
	temporary bool
	survey
}

// newSource reads the whole file once. A file that cannot be read twice, such as
// standard input, is copied to a temporary one that only this user can read.
func newSource(file io.Reader) (*source, error) {
	s := &source{}
	if opened, ok := file.(*os.File); ok && opened != os.Stdin && isRegular(opened) {
		s.File = opened
		_, err := io.Copy(&s.survey, file)
		return s, errors.Join(err, s.rewind())
	}
	spooled, err := os.CreateTemp("", "quartet-import-*")
	if err != nil {
		return nil, err
	}
	s.File, s.temporary = spooled, true
	_, err = io.Copy(io.MultiWriter(spooled, &s.survey), file)
	if err = errors.Join(err, s.rewind()); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if s.binary() != formatXLSX { // which is opened by its name
		_ = os.Remove(s.Name()) // so that nothing stays after a kill; Windows removes it at Close
	}
	return s, nil
}

func isRegular(file *os.File) bool {
	info, err := file.Stat()
	return err == nil && info.Mode().IsRegular()
}

func (s *source) rewind() error {
	s.finish()
	_, err := s.Seek(0, io.SeekStart)
	return err
}

// Close deletes a temporary file; others are their opener's.
func (s *source) Close() error {
	if !s.temporary {
		return nil
	}
	err := s.File.Close()
	if removed := os.Remove(s.Name()); !errors.Is(removed, fs.ErrNotExist) {
		err = errors.Join(err, removed)
	}
	return err
}

// survey finds the encoding of a text over all of its lines. It is a writer.
type survey struct {
	start []byte // the first bytes of the file
	line  []byte // that is not complete yet
	lines int64
	// utf8 counts lines with characters that other encodings hardly produce, and foreign
	// those that are not UTF-8.
	utf8, foreign int64
}

const startSize = 8

// Write takes the next part of the file.
func (s *survey) Write(part []byte) (int, error) {
	if missing := startSize - len(s.start); missing > 0 {
		s.start = append(s.start, part[:min(missing, len(part))]...)
	}
	if s.binary() != "" {
		return len(part), nil
	}
	rest := part
	for {
		line, after, found := bytes.Cut(rest, []byte{'\n'})
		if !found {
			break
		}
		if len(s.line) > 0 {
			line = append(s.line, line...)
			s.line = line[:0]
		}
		s.count(line)
		rest = after
	}
	s.line = append(s.line, rest...)
	if len(s.line) > longestRecord && !s.cutLine() {
		return 0, fmt.Errorf("after line %d: %w", s.lines, errHuge)
	}
	return len(part), nil
}

// cutLine counts the first part of a long line of JSON, up to a quote, and reports
// whether it could.
func (s *survey) cutLine() bool {
	end := bytes.LastIndexByte(s.line, '"')
	if end <= 0 || !isJSON(s.start) {
		return false
	}
	s.count(s.line[:end])
	s.lines--
	s.line = append(s.line[:0], s.line[end:]...)
	return true
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// isJSON reports whether a file that starts so is a JSON object or array.
func isJSON(start []byte) bool {
	start = bytes.TrimSpace(bytes.TrimPrefix(start, byteOrderMark))
	return len(start) > 0 && (start[0] == '[' || start[0] == '{')
}

// finish counts a last line without a line break.
func (s *survey) finish() {
	if len(s.line) > 0 {
		s.count(s.line)
	}
	s.line = nil
}

func (s *survey) count(line []byte) {
	s.lines++
	switch {
	case isASCII(line):
	case !utf8.Valid(line):
		s.foreign++
	case hasLongSequence(line):
		s.utf8++
	}
}

func isASCII(text []byte) bool {
	for _, b := range text {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// hasLongSequence reports whether UTF-8 text has a character of three bytes or more.
func hasLongSequence(text []byte) bool {
	return bytes.ContainsFunc(text, func(c rune) bool { return c >= 0x800 })
}

// binary names the formats that are not lines of text in an encoding of bytes.
func (s *survey) binary() string {
	starts := func(text string) bool { return bytes.HasPrefix(s.start, []byte(text)) }
	switch {
	case starts("PK\x03\x04"):
		return "xlsx"
	case starts("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
		return "xls"
	case starts("\x1f\x8b"), starts("BZh"), starts("\xfd7zXZ"), starts("7z\xbc\xaf"), starts("\x28\xb5\x2f\xfd"):
		return "compressed"
	case starts("\xff\xfe"), len(s.start) > 3 && s.start[0] != 0 && s.start[1] == 0 && s.start[2] != 0 && s.start[3] == 0:
		return "utf-16le"
	case starts("\xfe\xff"), len(s.start) > 3 && s.start[0] == 0 && s.start[1] != 0 && s.start[2] == 0 && s.start[3] != 0:
		return "utf-16be"
	default:
		return ""
	}
}

// isGB18030 reports whether no line can be told to be UTF-8, and some are not.
func (s *survey) isGB18030() bool { return s.foreign > 0 && s.utf8 == 0 }

// toUTF8 converts a text of GB18030; ok is false if it is none.
func toUTF8(text []byte) (converted []byte, ok bool) {
	converted, err := simplifiedchinese.GB18030.NewDecoder().Bytes(text)
	if err != nil || bytes.ContainsRune(converted, utf8.RuneError) {
		return text, false
	}
	return converted, true
}
