package password

import (
	"errors"
	"slices"
	"strconv"
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
		{"common with digits", "password2026!", ErrCommon},
		{"common, full-width", "ｐａｓｓｗｏｒｄ１２３", ErrCommon},
		{"common, full-width space", "password\u3000", ErrCommon},
		{"breached", "ncc1701d1", ErrCommon},
		{"breached, of the long tail", "babygirl1989", ErrCommon},
		{"zero-width space", "violet\u200b-otter", ErrCharacters},
		{"zero-width joiner", "violet\u200d-otter", ErrCharacters},
		{"bidi override", "violet\u202e-otter", ErrCharacters},
		{"bidi isolate", "violet\u2066-otter", ErrCharacters},
		{"soft hyphen", "violet\u00ad-otter", ErrCharacters},
		{"byte order mark", "\ufeffviolet-otter", ErrCharacters},
		{"Hangul filler", "violet\u3164-otter", ErrCharacters},
		{"tab", "violet\t-otter", ErrCharacters},
		{"C1 control", "violet\u0085-otter", ErrCharacters},
		{"tag character", "violet\U000e0041-otter", ErrCharacters},
		{"eight characters, four after NFC", "e\u0301e\u0301e\u0301e\u0301", ErrTooShort},
		{"the service's name", "Quartet2026!", ErrPersonal},
		{"the service's name twice", "quartetquartet", ErrPersonal},
		{"the service's name, full-width", "ｑｕａｒｔｅｔ２０２６", ErrPersonal},
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

func TestAPasswordIsNotMadeOfItsUsersNames(t *testing.T) {
	t.Parallel()
	own := []string{"lin.xi", "清风徐来", "林溪", "13900001111", "linxi88@example.com", "linxi88", ""}
	for password, want := range map[string]error{
		"lin.xi2026!":            ErrPersonal,
		"LIN.XI-1990":            ErrPersonal,
		"ｌｉｎ．ｘｉ２０２６":             ErrPersonal,
		"lin.xilin.xi":           ErrPersonal,
		"林溪19900102":             ErrPersonal,
		"清风徐来清风徐来":               ErrPersonal,
		"13900001111":            ErrPersonal,
		"a13900001111":           ErrPersonal,
		"lin.xi13900001111":      ErrPersonal,
		"linxi88@example.com":    ErrPersonal,
		"linxi88linxi88":         ErrPersonal,
		"password123lin.xi":      ErrPersonal,
		"lin.xi-otter-lantern":   nil,
		"林溪春眠不觉晓处处闻":             nil,
		"lin.xi 8127 4401 9902":  nil,
		"violet-otter-lantern":   nil,
		"quartet-and-three-more": nil,
	} {
		if err := Check(password, own...); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", password, err, want)
		}
	}
}

// These are in the filter of breached passwords alone, and not in the list of common ones.
func TestBreachedPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"qwertyasdf", "badmintons", "adrenalina", "Airplanes", "ＡＤＶＥＮＴＵＲＥＳ", "alligators2026!"} {
		if slices.Contains(commonPasswords(), undecorated(CaseFolded(text))) {
			t.Errorf("%s is a common password: it shows nothing of the filter", text)
		}
		if err := Check(text); !errors.Is(err, ErrCommon) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// The share of good passwords that the filter of breached ones takes for one of them.
func TestTheFilterOfBreachedPasswordsRefusesFewOthers(t *testing.T) {
	t.Parallel()
	refused := 0
	const tried = 100_000
	for i := range tried {
		if listed("no password " + strconv.Itoa(i)) {
			refused++
		}
	}
	if refused > tried/2_000 {
		t.Errorf("%d of %d", refused, tried)
	}
}
