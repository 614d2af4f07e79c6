package password

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
)

// The vectors were made by other programs: SHA-256 and PBEWithMD5AndDES by
// OpenJDK 17 as JFinal and Jeecg call it, PBKDF2 by Python's hashlib, bcrypt by
// crypt(3).
const (
	jpressSalt   = "qmky3ggxL9n47pM4SWDJs38JyTnOgdaE"
	jpressDigest = "0beead68ab79e1e57e91b4a95ac068a55d36038f6123664a343bafa4eaf67793"
	bcryptText   = "$2a$10$abcdefghijklmnopqrstuuP4bGmhW17v.i1OMosVZxHa01pAc2JCS"
	identitySHA1 = "AQAAAAAAAAPoAAAAEAABAgMEBQYHCAkKCwwNDg9TQ8HrKoc660oOsaBYi6nM6mfBXf2g4kDO3gG/v/42aw=="
	identity256  = "AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+ySBxoV10oUrLbmHMHQYGZ6xeRWws9WsLitq58heOf7w=="
	identity512  = "AQAAAAIAAYagAAAAEAABAgMEBQYHCAkKCwwNDg+yoeSaNHKMvakv+M6ZLDKcQPt7neaDM8UD1v+8vPPmyA=="
	identityCN   = "AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg9u1VXHrXnjJsT8Pk+JEY6QGuerhx11ns85vJGtE/GH8g=="
	identityV2   = "AAABAgMEBQYHCAkKCwwNDg9TQ8HrKoc660oOsaBYi6nM6mfBXf2g4kDO3gG/v/42aw=="
)

type imported struct{ name, stored, password string }

func imports(t *testing.T) []imported {
	t.Helper()
	of := func(stored string, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return stored
	}
	return []imported{
		{"JPress", of(FromJPress(jpressSalt, jpressDigest)), "old-secret-1"},
		{"JPress, Chinese, upper-case hex", of(FromJPress("N6JjRhujp6U8l4Yu7vuQDZ",
			strings.ToUpper("3cbc88525ca54a25a8ea1979551a7d42c017c4c97d241925a8ccf1691b3cffbb"))), "密码"},
		{"Jeecg", of(FromJeecg("tao.ran", "RCGTeGiH", "231a91141b2096a2")), "old-secret-1"},
		{"Jeecg, Chinese name", of(FromJeecg("陶然", "abcd1234", "4b7c8c0015735b18")), "123456"},
		{"bcrypt 2a", of(FromBcrypt(bcryptText)), "old-secret-1"},
		{"bcrypt 2b", of(FromBcrypt(strings.Replace(bcryptText, "2a", "2b", 1))), "old-secret-1"},
		{"bcrypt 2y", of(FromBcrypt(strings.Replace(bcryptText, "2a", "2y", 1))), "old-secret-1"},
		{"Identity 3, SHA-1", of(FromIdentity(identitySHA1)), "old-secret-1"},
		{"Identity 3, SHA-256", of(FromIdentity(identity256)), "old-secret-1"},
		{"Identity 3, SHA-512", of(FromIdentity(identity512)), "old-secret-1"},
		{"Identity 3, Chinese", of(FromIdentity(identityCN)), "密码密码"},
		{"Identity 2", of(FromIdentity(identityV2)), "old-secret-1"},
	}
}

func TestVerifyLegacy(t *testing.T) {
	t.Parallel()
	hasher := cheapHasher()
	for _, c := range imports(t) {
		wrapped, err := hasher.WrapLegacy(t.Context(), c.stored)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		for _, stored := range []string{c.stored, wrapped} {
			if ok, needs, err := hasher.Verify(t.Context(), stored, c.password); !ok || !needs || err != nil {
				t.Errorf("%s: %s: got %v, %v, %v, want to be right and replaced", c.name, stored, ok, needs, err)
			}
			for _, wrong := range []string{"", c.password + "x", c.password[1:], strings.ToUpper(c.password) + "-"} {
				if ok, needs, err := hasher.Verify(t.Context(), stored, wrong); ok || needs || err != nil {
					t.Errorf("%s: %q: got %v, %v, %v", c.name, wrong, ok, needs, err)
				}
			}
		}
	}
}

// TestWrapHidesTheDigest: the wrapped text does not contain the digest that is quickly
// guessed.
func TestWrapHidesTheDigest(t *testing.T) {
	t.Parallel()
	hasher := cheapHasher()
	quick := 0
	for _, c := range imports(t) {
		wrapped, err := hasher.WrapLegacy(t.Context(), c.stored)
		if err != nil {
			t.Fatal(err)
		}
		again, err := hasher.WrapLegacy(t.Context(), wrapped)
		if err != nil || again != wrapped {
			t.Errorf("%s: wrapped twice: %s, %v", c.name, again, err)
		}
		if !strings.HasPrefix(c.stored, "$quartet-") {
			if wrapped != c.stored {
				t.Errorf("%s: slow enough, and became %s", c.name, wrapped)
			}
			continue
		}
		quick++
		digest := c.stored[strings.LastIndex(c.stored, "$")+1:]
		if strings.Contains(wrapped, digest) || !strings.Contains(wrapped, "$argon2id$v=19$m=64,t=1,p=1$") {
			t.Errorf("%s: wrapped is %s", c.name, wrapped)
		}
	}
	if quick != 4 {
		t.Errorf("%d quick ones, want 4", quick)
	}
	if _, err := hasher.WrapLegacy(t.Context(), "5f4dcc3b5aa765d61d8327deb882cf99"); !errors.Is(err, ErrUnknownHash) {
		t.Errorf("an unknown hash: %v", err)
	}
}

// identity makes a blob of version 3 with any header.
func identity(function, rounds, saltLength uint32, rest int) string {
	blob := []byte{1}
	for _, n := range []uint32{function, rounds, saltLength} {
		blob = binary.BigEndian.AppendUint32(blob, n)
	}
	return base64.StdEncoding.EncodeToString(append(blob, make([]byte, rest)...))
}

func TestLegacyRefuses(t *testing.T) {
	t.Parallel()
	identityOf := func(text string) func() (string, error) {
		return func() (string, error) { return FromIdentity(text) }
	}
	bcryptOf := func(text string) func() (string, error) {
		return func() (string, error) { return FromBcrypt(text) }
	}
	for name, from := range map[string]func() (string, error){
		"JPress, MD5":         func() (string, error) { return FromJPress("salt", "5f4dcc3b5aa765d61d8327deb882cf99") },
		"JPress, no hex":      func() (string, error) { return FromJPress("salt", strings.Repeat("g", 64)) },
		"JPress, no salt":     func() (string, error) { return FromJPress("", jpressDigest) },
		"JPress, long salt":   func() (string, error) { return FromJPress(strings.Repeat("s", 65), jpressDigest) },
		"Jeecg, short salt":   func() (string, error) { return FromJeecg("admin", "RCGTeGi", "cb362cfeefbf3d8d") },
		"Jeecg, another name": func() (string, error) { return FromJeecg("administrator", "RCGTeGiH", "cb362cfeefbf3d8d") },
		"Jeecg, no hex":       func() (string, error) { return FromJeecg("admin", "RCGTeGiH", "cb362cfeefbf3d8") },
		"Jeecg, a huge name": func() (string, error) {
			n := 800
			return FromJeecg(strings.Repeat("a", n), "RCGTeGiH", strings.Repeat("00", paddedLength(n)))
		},
		"bcrypt, cost 15":      bcryptOf(strings.Replace(bcryptText, "$10$", "$15$", 1)),
		"bcrypt, cost 31":      bcryptOf(strings.Replace(bcryptText, "$10$", "$31$", 1)),
		"bcrypt, cost 3":       bcryptOf(strings.Replace(bcryptText, "$10$", "$03$", 1)),
		"bcrypt, cut off":      bcryptOf(bcryptText[:59]),
		"bcrypt, line feed":    bcryptOf(bcryptText + "\n"),
		"bcrypt, faulty 2x":    bcryptOf(strings.Replace(bcryptText, "2a", "2x", 1)),
		"Identity, empty":      identityOf(""),
		"Identity, no base64":  identityOf("AQAAAAEAACcQAAAA-_"),
		"Identity, version 9":  identityOf(base64.StdEncoding.EncodeToString(append([]byte{9}, make([]byte, 60)...))),
		"Identity, function 3": identityOf(identity(3, 10000, 16, 48)),
		"Identity, no round":   identityOf(identity(1, 0, 16, 48)),
		"Identity, 1,000,001":  identityOf(identity(1, 1_000_001, 16, 48)),
		"Identity, 2^32-1":     identityOf(identity(1, 1<<32-1, 16, 48)),
		"Identity, salt 2^31":  identityOf(identity(1, 10000, 1<<31, 48)),
		"Identity, short salt": identityOf(identity(1, 10000, 4, 36)),
		"Identity, no key":     identityOf(identity(1, 10000, 48, 48)),
		"Identity, huge key":   identityOf(identity(1, 10000, 16, 48000)),
		"Identity, cut off":    identityOf("AQAAAAEAACcQ"),
		"Identity 2, cut off":  identityOf(base64.StdEncoding.EncodeToString(make([]byte, 48))),
	} {
		if stored, err := from(); !errors.Is(err, ErrMalformedHash) {
			t.Errorf("%s: got %s, %v", name, stored, err)
		}
	}
}

// TestVerifyRefusesTamperedHashes: a modified database must not make a guess take
// minutes, or crash the server.
func TestVerifyRefusesTamperedHashes(t *testing.T) {
	t.Parallel()
	for _, stored := range []string{
		"$quartet-jpress",
		"$quartet-jpress$",
		"$quartet-jpress$c2FsdA$AAAA",
		"$quartet-jpress$c2FsdA$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$quartet-jeecg$YQ$c2FsdA$AAAAAAAAAAA",
		"$quartet-jeecg$YQ$UkNHVGVHaUg$$",
		"$2a$31$abcdefghijklmnopqrstuuP4bGmhW17v.i1OMosVZxHa01pAc2JCS",
		"$pbkdf2-sha256$i=9999999$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw",
		"$pbkdf2-md5$i=1000$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw",
	} {
		if ok, _, err := cheapHasher().Verify(t.Context(), stored, "password"); ok || !errors.Is(err, ErrMalformedHash) {
			t.Errorf("%s: got %v, %v", stored, ok, err)
		}
	}
}

func FuzzLegacy(f *testing.F) {
	f.Add("$quartet-jpress$c2FsdA$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$quartet-jeecg$YQ$UkNHVGVHaUg$AAAAAAAAAAA")
	f.Add("$pbkdf2-sha256$i=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw")
	f.Fuzz(func(t *testing.T, stored string) {
		if old, err := parseLegacy(stored); err == nil && !old.slow() {
			old.matches("password")
		}
	})
}

// BenchmarkVerify is what a wrong password costs, by kind.
func BenchmarkVerify(b *testing.B) {
	hasher := NewHasher(Options{})
	own, err := hasher.Hash(b.Context(), "old-secret-1")
	jpress, err1 := FromJPress(jpressSalt, jpressDigest)
	jeecg, err2 := FromJeecg("tao.ran", "RCGTeGiH", "231a91141b2096a2")
	abp, err3 := FromIdentity(identity256)
	abp512, err4 := FromIdentity(identity512)
	if err := errors.Join(err, err1, err2, err3, err4); err != nil {
		b.Fatal(err)
	}
	for name, stored := range map[string]string{
		"argon2id": own, "jpress": jpress, "jeecg": jeecg, "bcrypt10": bcryptText, "abp256": abp, "abp512": abp512,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, _, _ = hasher.Verify(b.Context(), stored, "another-secret")
			}
		})
	}
}
