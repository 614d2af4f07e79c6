package dump_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"quartet/store"
	"quartet/store/dump"
)

// things is a table with a column of every kind.
var things = store.Table{Name: "things", Key: []string{"id"}, Columns: []store.Column{
	{Name: "id", Kind: store.Integer, Bits: 64},
	{Name: "name", Kind: store.Text},
	{Name: "note", Kind: store.Text, Nullable: true},
	{Name: "count", Kind: store.Integer, Bits: 32},
	{Name: "good", Kind: store.Boolean},
}}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func written(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := dump.NewWriter(&out, 6, map[string]string{"b": "2", "a": "一"})
	must(t, err)
	for _, row := range rows {
		must(t, w.Row(things, row))
	}
	must(t, w.Close())
	return out.Bytes()
}

var two = [][]any{
	{int64(1), "林晚秋 \"\\\n\u2028🐱", nil, int64(-1), true},
	{int64(9_223_372_036_854_775_807), "", "", int64(0), false},
}

// readAll gives the rows, the rows that are no good, and what ended the file.
func readAll(t *testing.T, file []byte) (rows []dump.Row, refused []dump.RowError, end error) {
	t.Helper()
	r, err := dump.NewReader(bytes.NewReader(file), []store.Table{things})
	if err != nil {
		return nil, nil, err
	}
	for {
		row, err := r.Next()
		if wrong, ok := errors.AsType[dump.RowError](err); ok {
			refused = append(refused, wrong)
			continue
		}
		if err != nil {
			return rows, refused, err
		}
		rows = append(rows, row)
	}
}

func TestFormatIsFixed(t *testing.T) {
	t.Parallel()
	const want = `{"format":"quartet","version":1,"migration":6,"metadata":{"a":"一","b":"2"}}
{"table":"things","row":{"id":1,"name":"林晚秋 \"\\\n` + "\u2028" + `🐱","note":null,"count":-1,"good":true}}
{"table":"things","row":{"id":9223372036854775807,"name":"","note":"","count":0,"good":false}}
{"end":true,"total":2,"rows":{"things":2},"sha256":"`
	if got := string(written(t, two...)); !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "\"}\n") {
		t.Errorf("got\n%s", got)
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	plain := written(t, two...)
	var packed bytes.Buffer
	packer := gzip.NewWriter(&packed)
	_, err := packer.Write(plain)
	must(t, errors.Join(err, packer.Close()))
	for name, file := range map[string][]byte{"plain": plain, "packed": packed.Bytes()} {
		rows, refused, end := readAll(t, file)
		if len(rows) != 2 || refused != nil || !errors.Is(end, io.EOF) {
			t.Fatalf("%s: %v, %v, %v", name, rows, refused, end)
		}
		var values [][]any
		for _, row := range rows {
			values = append(values, row.Values)
		}
		if again := written(t, values...); !bytes.Equal(again, plain) {
			t.Errorf("%s: got\n%s", name, again)
		}
		checked, err := dump.Check(bytes.NewReader(file))
		if checked.Rows != 2 || checked.Header.Metadata["b"] != "2" || len(checked.SHA256) != 64 || err != nil {
			t.Errorf("%s: %v, %v", name, checked, err)
		}
	}
}

func TestWriterRefusesWhatNobodyCouldRead(t *testing.T) {
	t.Parallel()
	w, err := dump.NewWriter(io.Discard, 6, nil)
	must(t, err)
	err = w.Row(things, []any{int64(7), "\xb0\xa1", nil, int64(0), true})
	if err == nil || !strings.Contains(err.Error(), "things.name of the row 7") {
		t.Errorf("got %v", err)
	}
}

// However a file is cut or changed, it is noticed.
func TestEveryCutAndEveryChangeIsNoticed(t *testing.T) {
	t.Parallel()
	file := written(t, two...)
	for length := range len(file) {
		if _, err := dump.Check(bytes.NewReader(file[:length])); err == nil {
			t.Errorf("%d of %d bytes pass", length, len(file))
		}
		if _, _, end := readAll(t, file[:length]); errors.Is(end, io.EOF) {
			t.Errorf("%d of %d bytes are read as a whole", length, len(file))
		}
	}
	for at := range bytes.LastIndex(file, []byte(`{"end"`)) {
		changed := bytes.Clone(file)
		changed[at] ^= 1
		if _, err := dump.Check(bytes.NewReader(changed)); err == nil {
			t.Errorf("a change of byte %d passes", at)
		}
	}
	if _, err := dump.Check(bytes.NewReader(append(file, '\n'))); !errors.Is(err, dump.ErrDamaged) {
		t.Errorf("more behind the end: %v", err)
	}
}

func TestTheKindOfDamageIsTold(t *testing.T) {
	t.Parallel()
	file := string(written(t, two...))
	lines := strings.SplitAfter(file, "\n")
	var packed bytes.Buffer
	packer := gzip.NewWriter(&packed)
	_, err := packer.Write([]byte(file))
	must(t, errors.Join(err, packer.Close()))
	for name, c := range map[string]struct {
		file string
		want error
		text string
	}{
		"empty":               {"", dump.ErrForeign, "empty"},
		"another file":        {"id,username\n1,demo\n", dump.ErrForeign, ""},
		"another JSON":        {"{\"format\":\"other\"}\n", dump.ErrForeign, ""},
		"newer":               {strings.Replace(file, `"version":1`, `"version":2`, 1), nil, "version 2"},
		"no last line":        {strings.Join(lines[:3], ""), dump.ErrTruncated, "line 4"},
		"half a row":          {file[:len(lines[0])+len(lines[1])+9], dump.ErrTruncated, "line 3"},
		"half a packed file":  {packed.String()[:packed.Len()/2], dump.ErrTruncated, ""},
		"a packed file's sum": {packed.String()[:packed.Len()-8] + "xxxxxxxx", dump.ErrDamaged, ""},
		"a line less":         {lines[0] + lines[2] + lines[3], dump.ErrDamaged, "1 rows and should have 2"},
		"another value":       {strings.Replace(file, `"count":-1`, `"count":-2`, 1), dump.ErrDamaged, "SHA-256"},
		"two files in one":    {file + file, dump.ErrDamaged, "follows its last line"},
	} {
		_, err := dump.Check(strings.NewReader(c.file))
		_, _, end := readAll(t, []byte(c.file))
		for _, err := range []error{err, end} {
			if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%s: got %v", name, err)
			}
		}
	}
}

func TestBadRowsAreToldByLineColumnAndReason(t *testing.T) {
	t.Parallel()
	const good = `{"table":"things","row":{"id":1,"name":"a","note":null,"count":0,"good":true}}`
	for _, c := range []struct{ row, column, reason string }{
		{`{"table":"things"`, "", "unexpected EOF"},
		{`nonsense`, "", "invalid character"},
		{`{"table":"things","row":{"id":1},"more":1}`, "", "unknown"},
		{`{"table":"gone","row":{}}`, "", `no table "gone"`},
		{`{"table":"things","row":[1]}`, "", "row"},
		{`{"table":"things"}`, "things.id", "missing"},
		{strings.Replace(good, `"note":null,`, "", 1), "things.note", "missing"},
		{strings.Replace(good, `"note"`, `"salt":1,"note"`, 1), "things.salt", "no such column"},
		{strings.Replace(good, `"note"`, `"id":1,"note"`, 1), "", "duplicate"},
		{strings.Replace(good, `"name":"a"`, `"name":null`, 1), "things.name", "must not be null"},
		{strings.Replace(good, `"name":"a"`, `"name":5`, 1), "things.name", "must be a string"},
		{strings.Replace(good, `"name":"a"`, `"name":"\u0000"`, 1), "things.name", "NUL"},
		{strings.Replace(good, `"name":"a"`, "\"name\":\"\xb0\xa1\"", 1), "", "invalid UTF-8"},
		{strings.Replace(good, `"id":1`, `"id":"1"`, 1), "things.id", "must be a whole number"},
		{strings.Replace(good, `"id":1`, `"id":1.5`, 1), "things.id", "must be a whole number"},
		{strings.Replace(good, `"id":1`, `"id":9223372036854775808`, 1), "things.id", "does not fit 64 bits"},
		{strings.Replace(good, `"count":0`, `"count":2147483648`, 1), "things.count", "does not fit 32 bits"},
		{strings.Replace(good, `"good":true`, `"good":1`, 1), "things.good", "must be true or false"},
	} {
		file := strings.Replace(string(written(t)), "{\"end\"", c.row+"\n"+good+"\n{\"end\"", 1)
		rows, refused, end := readAll(t, []byte(file))
		if len(rows) != 1 || len(refused) != 1 || !errors.Is(end, dump.ErrDamaged) {
			t.Fatalf("%s: %v, %v, %v", c.row, rows, refused, end)
		}
		if got := refused[0]; got.Line != 2 || got.Column != c.column || !strings.Contains(got.Reason, c.reason) {
			t.Errorf("%s: got %v", c.row, got)
		}
	}
}

func TestALineHasABound(t *testing.T) {
	t.Parallel()
	file := string(written(t)) + strings.Repeat("x", 17<<20)
	_, err := dump.Check(strings.NewReader(strings.Replace(file, "{\"end\"", strings.Repeat("y", 17<<20), 1)))
	if err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("got %v", err)
	}
}

// Before migration 6 sessions and audit_events had other names of columns and
// dialects.
func TestOldNamesAreMapped(t *testing.T) {
	t.Parallel()
	tables := []store.Table{}
	for _, name := range []string{"sessions", "audit_events", "users"} {
		columns := []store.Column{{Name: "dialect", Kind: store.Text}, {Name: "client_ip", Kind: store.Text}}
		if name == "users" {
			columns = []store.Column{{Name: "style", Kind: store.Text}, {Name: "address", Kind: store.Text}}
		}
		tables = append(tables, store.Table{Name: name, Key: []string{columns[0].Name}, Columns: columns})
	}
	for before, since := range map[string]string{
		"result": "jeecg", "data": "yudao", "status": "cas", "flat": "ruoyi", "state": "jfinal", "command_line": "command_line", "": "",
	} {
		for table, want := range map[string]string{"sessions": since, "audit_events": since, "users": before} {
			for migration, taken := range map[int]bool{4: true, 5: true, 6: table == "users"} {
				file := fmt.Sprintf(`{"format":"quartet","version":1,"migration":%d,"marks":{}}
{"table":%q,"row":{"style":%q,"address":"192.0.2.7"}}
`, migration, table, before)
				r, err := dump.NewReader(strings.NewReader(file), tables)
				must(t, err)
				row, err := r.Next()
				if (err == nil) != taken || taken && !slices.Equal(row.Values, []any{want, "192.0.2.7"}) {
					t.Errorf("version %d of %s: %q becomes %v, %v", migration, table, before, row.Values, err)
				}
			}
		}
	}
}

// A column that a later migration added is null in the rows of an older file.
func TestAddedColumnsAreNullInOlderFiles(t *testing.T) {
	t.Parallel()
	tables := []store.Table{{Name: "sessions", Key: []string{"id"}, Columns: []store.Column{
		{Name: "id", Kind: store.Integer, Bits: 64}, {Name: "access_used_at", Kind: store.Integer, Nullable: true, Bits: 64},
	}}}
	for migration, taken := range map[int]bool{6: true, 7: true, 8: false} {
		file := fmt.Sprintf(`{"format":"quartet","version":1,"migration":%d,"metadata":{}}
{"table":"sessions","row":{"id":5}}
`, migration)
		r, err := dump.NewReader(strings.NewReader(file), tables)
		must(t, err)
		row, err := r.Next()
		if (err == nil) != taken || taken && !slices.Equal(row.Values, []any{int64(5), nil}) {
			t.Errorf("version %d: %v, %v", migration, row.Values, err)
		}
	}
}
