package password

import (
	"errors"
	"strings"
	"testing"
)

func TestParseReadsWhatIsWritten(t *testing.T) {
	t.Parallel()
	const phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	hash, err := parseArgon2id(phc)
	if err != nil {
		t.Fatal(err)
	}
	if hash.Params != (Params{65536, 2, 1}) || string(hash.salt) != "somesalt" || len(hash.key) != 32 {
		t.Errorf("got %+v", hash)
	}
	if hash.String() != phc {
		t.Errorf("written again: %s", hash)
	}
}

func TestParseTakesTheUsualSettingsOfOthers(t *testing.T) {
	t.Parallel()
	for _, costs := range []string{
		"m=47104,t=1,p=1", "m=7168,t=5,p=1", // OWASP's
		"m=65536,t=3,p=4",  // RFC 9106, second recommendation
		"m=65536,t=4,p=1",  // PHP
		"m=102400,t=2,p=8", // Django
		"m=16384,t=2,p=1",  // Spring
	} {
		phc := "$argon2id$v=19$" + costs + "$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
		if _, err := parseArgon2id(phc); err != nil {
			t.Errorf("%s: %v", costs, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const salt, key = "c29tZXNhbHQ", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	whole := func(version, costs string) string {
		return "$argon2id$" + version + "$" + costs + "$" + salt + "$" + key
	}
	for name, phc := range map[string]string{
		"no version":         "$argon2id$m=64,t=1,p=1$" + salt + "$" + key,
		"old version":        whole("v=16", "m=64,t=1,p=1"),
		"huge memory":        whole("v=19", "m=4194304,t=1,p=1"),
		"overflowing memory": whole("v=19", "m=4294967360,t=1,p=1"),
		"many passes":        whole("v=19", "m=64,t=99,p=1"),
		"overflowing passes": whole("v=19", "m=64,t=4294967297,p=1"),
		"many lanes":         whole("v=19", "m=4096,t=1,p=99"),
		"overflowing lanes":  whole("v=19", "m=4096,t=1,p=257"),
		"memory times":       whole("v=19", "m=131072,t=16,p=1"),
		"memory below lanes": whole("v=19", "m=15,t=1,p=2"),
		"zero":               whole("v=19", "m=64,t=0,p=1"),
		"leading zero":       whole("v=19", "m=064,t=1,p=1"),
		"negative":           whole("v=19", "m=-64,t=1,p=1"),
		"another order":      whole("v=19", "t=1,m=64,p=1"),
		"another parameter":  whole("v=19", "m=64,t=1,p=1,data=AA"),
		"no salt":            "$argon2id$v=19$m=64,t=1,p=1$$" + key,
		"short salt":         "$argon2id$v=19$m=64,t=1,p=1$c29tZQ$" + key,
		"short key":          "$argon2id$v=19$m=64,t=1,p=1$" + salt + "$CTFhFdXP",
		"no key":             "$argon2id$v=19$m=64,t=1,p=1$" + salt,
		"padded base64":      "$argon2id$v=19$m=64,t=1,p=1$" + salt + "=$" + key,
		"loose base64":       "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHR$" + key,
		"base64url":          "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhb-_$" + key,
		"one part more":      whole("v=19", "m=64,t=1,p=1") + "$",
		"line feed":          whole("v=19", "m=64,t=1,p=1") + "\n",
	} {
		if _, err := parseArgon2id(phc); !errors.Is(err, ErrMalformedHash) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAHugeTextIsNoHash(t *testing.T) {
	t.Parallel()
	huge := "$argon2id$v=19$m=64,t=1,p=1$" + strings.Repeat("A", 1<<20)
	if _, _, err := cheapHasher().Verify(t.Context(), huge, "password"); !errors.Is(err, ErrUnknownHash) {
		t.Errorf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$$")
	f.Fuzz(func(t *testing.T, phc string) {
		hash, err := parseArgon2id(phc)
		if err != nil {
			return
		}
		if hash.String() != phc {
			t.Errorf("%q is read as %q", phc, hash)
		}
		if hash.Check() != nil {
			t.Errorf("%q is out of bounds", phc)
		}
	})
}
