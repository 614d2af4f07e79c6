package password

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, password string
		want           error
	}{
		{"empty", "", ErrTooShort},
		{"seven", "x7!kQ2z", ErrTooShort},
		{"eight", "x7!kQ2zb", nil},
		{"seven characters of three bytes", "春眠不觉晓处处", ErrTooShort},
		{"eight characters of three bytes", "春眠不觉晓处处闻", nil},
		{"128", strings.Repeat("x7!kQ2zb", 16), nil},
		{"129", strings.Repeat("x7!kQ2zb", 16) + "c", ErrTooLong},
		{"128 characters of four bytes", strings.Repeat("🐎", 128), nil},
		{"129 characters of four bytes", strings.Repeat("🐎", 129), ErrTooLong},
		{"huge", strings.Repeat("x", 1<<20), ErrTooLong},
		{"invalid UTF-8", "x7!kQ2zb\xff", ErrNotUTF8},
		{"common", "password", ErrCommon},
		{"common, mixed case", "PassWord", ErrCommon},
		{"common, another", "1qaz2wsx", ErrCommon},
		{"first of the list", "!qaz1qaz", ErrCommon},
		{"common with more", "password of mine", nil},
		{"demonstration, administrator", "quartet-admin", nil},
		{"demonstration, user", "quartet-demo", nil},
	} {
		if err := Check(c.password); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

// Check searches the list by halves and with lower-case text only.
func TestCommonPasswordsAreSortedAndLowerCase(t *testing.T) {
	t.Parallel()
	list := commonPasswords()
	if len(list) != 8354 {
		t.Errorf("%d entries", len(list))
	}
	if !slices.IsSorted(list) {
		t.Error("not sorted")
	}
	for _, password := range list {
		if utf8.RuneCountInString(password) < MinLength || strings.ToLower(password) != password {
			t.Errorf("%q can never be matched", password)
		}
	}
}
