package row

import (
	"database/sql/driver"
	"fmt"
)

// Assign stores the values of a row in the fields, pointers to the types that occur in
// the rows of Each. Unlike database/sql it needs no reflection, and keeps the text of a
// *string that is the same as in the row before: rows of a join repeat. A nil value makes a
// pointer nil.
// It returns an error for a value that does not fit its field.
func Assign(fields []any, values []driver.Value) error {
	if len(fields) != len(values) {
		return fmt.Errorf("%d columns for %d fields", len(values), len(fields))
	}
	for i, value := range values {
		if !assigned(fields[i], value) {
			return fmt.Errorf("column %d: %T is not for %T", i+1, value, fields[i])
		}
	}
	return nil
}

func assigned(field any, value driver.Value) bool {
	switch field := field.(type) {
	case *string:
		return setText(field, value)
	case **string:
		return setPointer(field, value, setText)
	case *int:
		whole, ok := value.(int64)
		*field = int(whole)
		return ok
	case *int64:
		return setWhole(field, value)
	case **int64:
		return setPointer(field, value, setWhole)
	case *Time:
		return setWhole(field, value)
	case **Time:
		return setPointer(field, value, setWhole)
	case **Digest:
		return setPointer(field, value, func(d *Digest, value driver.Value) bool { return d.Scan(value) == nil })
	default:
		return false
	}
}

// setText copies bytes, in which MySQL returns texts.
func setText(field *string, value driver.Value) bool {
	switch value := value.(type) {
	case string:
		*field = value
	case []byte:
		if *field != string(value) {
			*field = string(value)
		}
	default:
		return false
	}
	return true
}

func setWhole[T ~int64](field *T, value driver.Value) bool {
	whole, ok := value.(int64)
	*field = T(whole)
	return ok
}

// setPointer sets another pointer for another value: whoever has that of the row before
// keeps its value.
func setPointer[T any](field **T, value driver.Value, set func(*T, driver.Value) bool) bool {
	if value == nil {
		*field = nil
		return true
	}
	*field = new(T)
	return set(*field, value)
}
