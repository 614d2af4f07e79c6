package store

import (
	"reflect"
	"regexp"
	"sync"

	"github.com/jmoiron/sqlx"
	"github.com/jmoiron/sqlx/reflectx"
)

// naming is a query that names columns as :column, taken apart.
type naming struct {
	query  string  // with ? in their place
	fields [][]int // of the row type, in their order
}

type namingKey struct {
	query string
	row   reflect.Type
}

var (
	columnName = regexp.MustCompile(`:(\w+)`)
	rowMapper  = reflectx.NewMapper("db")
	namings    sync.Map // namingKey → naming
)

// bind is sqlx.Named, which takes the text apart anew each time: for an INSERT
// of a user that costs as much as the row does. Only texts that are constants of
// this package may come here with a single row: what is found in each is kept for
// good.
func bind(query string, row any) (string, []any, error) {
	value := reflect.Indirect(reflect.ValueOf(row))
	if value.Kind() != reflect.Struct {
		return sqlx.Named(query, row)
	}
	key := namingKey{query, value.Type()}
	known, ok := namings.Load(key)
	if !ok {
		bound, args, err := sqlx.Named(query, row)
		if err != nil {
			return "", nil, err
		}
		namings.Store(key, naming{bound, fieldsNamed(query, value.Type())})
		return bound, args, nil
	}
	n := known.(naming)
	args := make([]any, len(n.fields))
	for i, field := range n.fields {
		args[i] = reflectx.FieldByIndexesReadOnly(value, field).Interface()
	}
	return n.query, args, nil
}

// fieldsNamed gives where in a row type the columns are that a query names.
func fieldsNamed(query string, row reflect.Type) [][]int {
	var names []string
	for _, match := range columnName.FindAllStringSubmatch(query, -1) {
		names = append(names, match[1])
	}
	return rowMapper.TraversalsByName(row, names)
}
