package userimport

import (
	"errors"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// largestWorkbook is the maximum size of an unpacked workbook, and largestPart of a part
// that is unpacked into memory rather than into a temporary file, in bytes.
const (
	largestWorkbook = 4 << 30
	largestPart     = 1 << 20
)

// sheetRecords reads the first worksheet of an .xlsx file whose header has the columns of
// the layout. Cells are read as they are stored, not as they are shown.
type sheetRecords struct {
	book   *excelize.File
	rows   *excelize.Rows
	header []string
	line   int64
	// since1904 is about dates; exact says that a number of more than 15 digits was seen.
	since1904, exact bool
}

func newSheetRecords(file *source, known layout) (records, error) {
	book, err := excelize.OpenFile(file.Name(), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: largestWorkbook, UnzipXMLSizeLimit: largestPart,
	})
	if err != nil {
		return nil, Error{Line: 1, Reason: Reason{"not an .xlsx file that can be read, or more than 4 GiB", "不是可以读取的 .xlsx 文件，或超过 4 GiB"}}
	}
	s := &sheetRecords{book: book}
	if props, err := book.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		s.since1904 = *props.Date1904
	}
	best, most := "", -1
	for _, sheet := range book.GetSheetList() {
		if err := s.begin(sheet); err != nil {
			return nil, errors.Join(err, s.Close())
		}
		if found := known.count(s.header); found > most {
			best, most = sheet, found
		}
	}
	if err := s.begin(best); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close deletes the temporary files of unpacked parts.
func (s *sheetRecords) Close() error {
	if s.rows != nil {
		_ = s.rows.Close() // of a file that is only read
	}
	return s.book.Close()
}

// begin reads the header of a sheet.
func (s *sheetRecords) begin(sheet string) (err error) {
	if s.rows != nil {
		_ = s.rows.Close() // of a file that is only read
	}
	s.line, s.header = 0, nil
	if s.rows, err = s.book.Rows(sheet); err != nil {
		return err
	}
	values, _, err := s.row()
	if errors.Is(err, io.EOF) {
		return nil
	}
	s.header = values
	return err
}

func (s *sheetRecords) names() ([]string, error) {
	if s.header == nil {
		return nil, Error{Line: 1, Reason: Reason{"the file is empty", "文件是空的"}}
	}
	return s.header, nil
}

func (s *sheetRecords) next() ([]string, int64, error) {
	values, line, err := s.row()
	if err != nil {
		return nil, line, err
	}
	if len(values) < len(s.header) {
		values = append(values, make([]string, len(s.header)-len(values))...)
	}
	if len(values) > len(s.header) {
		if !isBlank(values[len(s.header):]) {
			return nil, line, Error{Line: line, Reason: Reason{"a value to the right of the header's last column", "表头最后一列的右边还有值"}}
		}
		values = values[:len(s.header)]
	}
	size := 0
	for at, value := range values {
		values[at] = whole(value)
		size += len(value)
	}
	if size > longestRecord {
		return nil, line, Error{Line: line, Reason: Reason{"longer than 1 MiB", "超过 1 MiB"}}
	}
	return values, line, nil
}

// row returns the next row with a value.
func (s *sheetRecords) row() ([]string, int64, error) {
	for s.rows.Next() {
		s.line++
		values, err := s.rows.Columns()
		if err != nil {
			return nil, s.line, err
		}
		if !isBlank(values) {
			return values, s.line, nil
		}
	}
	if err := s.rows.Error(); err != nil {
		return nil, s.line, err
	}
	return nil, s.line, io.EOF
}

// floating matches a number as programs write a float64.
var floating = regexp.MustCompile(`^[0-9]+(?:\.[0-9]+)?[eE]\+?[0-9]+$`)

// mostExact is the first whole number that Excel rounds: it keeps 15 digits.
const mostExact = 1e15

// whole writes a whole number of up to 15 digits in plain digits: Java programs store
// 1.3800138E10 in cells.
func whole(value string) string {
	if !floating.MatchString(value) {
		return value
	}
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || n >= mostExact || n != math.Trunc(n) {
		return value
	}
	return strconv.FormatInt(int64(n), 10)
}

// moment returns the time of a cell that has a date: days since 1900 or 1904.
func (s *sheetRecords) moment(value string, zone *time.Location) (time.Time, bool) {
	days, err := strconv.ParseFloat(value, 64)
	if err != nil || !serialDate.MatchString(value) {
		return time.Time{}, false
	}
	at, err := excelize.ExcelDateToTime(days, s.since1904)
	if err != nil {
		return time.Time{}, false
	}
	at = at.Round(time.Second)
	return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, zone), true
}

var serialDate = regexp.MustCompile(`^[0-9]{1,7}(?:\.[0-9]+)?$`)

// isRounded reports whether a whole number lost digits in the sheet, which keeps 15. A
// sheet that has once shown a longer one keeps its ids as texts.
func (s *sheetRecords) isRounded(text string) bool {
	if len(text) <= 15 || strings.Trim(text, "0123456789") != "" {
		return false
	}
	s.exact = s.exact || strings.Trim(text[15:], "0") != ""
	return !s.exact
}
