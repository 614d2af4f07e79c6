package row

import (
	"database/sql/driver"
	"testing"
)

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestColumnsFindTheirFields(t *testing.T) {
	t.Parallel()
	var (
		text     string
		textNil  *string
		whole    int
		long     int64
		longNil  *int64
		at       Time
		atNil    *Time
		fields   = []any{&text, &textNil, &whole, &long, &longNil, &at, &atNil}
		anything = []driver.Value{"a", "b", int64(1), int64(2), int64(3), int64(4), int64(5)}
	)
	noError(t, Assign(fields, anything))
	if text != "a" || *textNil != "b" || whole != 1 || long != 2 || *longNil != 3 || at != 4 || *atNil != 5 {
		t.Error(text, *textNil, whole, long, *longNil, at, *atNil)
	}
	noError(t, Assign(fields, []driver.Value{"", nil, int64(0), int64(0), nil, int64(0), nil}))
	if textNil != nil || longNil != nil || atNil != nil {
		t.Error("null is not nil")
	}
	before := textNil
	noError(t, Assign([]any{&text, &textNil}, []driver.Value{[]byte("c"), []byte("d")}))
	if text != "c" || *textNil != "d" || before != nil {
		t.Error("bytes are not copied to texts", text, *textNil)
	}
	before = textNil
	noError(t, Assign([]any{&textNil}, []driver.Value{"e"}))
	if *before != "d" {
		t.Error("the pointer of the row before has the value", *before)
	}
	if err := Assign(fields, anything[1:]); err == nil {
		t.Error("a column is missing")
	}
	for i, field := range fields {
		if err := Assign([]any{field}, []driver.Value{1.5}); err == nil {
			t.Errorf("field %d takes a fraction", i)
		}
		_, nullable := map[int]bool{1: true, 4: true, 6: true}[i]
		if err := Assign([]any{field}, []driver.Value{nil}); (err == nil) != nullable {
			t.Errorf("field %d and null: %v", i, err)
		}
	}
	if err := Assign([]any{new(bool)}, []driver.Value{int64(1)}); err == nil {
		t.Error("a kind of field that is not known")
	}
}
