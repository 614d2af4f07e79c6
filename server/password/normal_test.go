package password

import (
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

const (
	composed   = "caf\u00e9-otter-lantern"
	decomposed = "cafe\u0301-otter-lantern"
)

// One password is one, however a keyboard composes its characters.
func TestPasswordsAreComparedNormalised(t *testing.T) {
	t.Parallel()
	h := NewHasher(Options{Params: Params{Memory: 8, Iterations: 1, Parallelism: 1}})
	for _, typed := range []string{composed, decomposed} {
		stored, err := h.Hash(t.Context(), typed)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{composed, decomposed} {
			if ok, weak, err := h.Verify(t.Context(), stored, text); !ok || weak || err != nil {
				t.Errorf("%+q for %+q: %t, %t, %v", text, typed, ok, weak, err)
			}
		}
		if ok, _, _ := h.Verify(t.Context(), stored, "cafe-otter-lantern"); ok {
			t.Error("without the accent it is the same")
		}
	}
}

// What older programs and other systems have hashed as it was typed goes on working, and
// is hashed anew.
func TestPasswordsThatWereHashedAsTypedAreCompared(t *testing.T) {
	t.Parallel()
	h := NewHasher(Options{Params: Params{Memory: 8, Iterations: 1, Parallelism: 1}})
	old := newArgon2id(h.params)
	old.key = old.keyOf(decomposed)
	imported := jpress{salt: []byte("salt")}
	imported.sum = imported.digest(decomposed)
	for name, stored := range map[string]string{"argon2id": old.String(), "imported": imported.inside(base64Of(imported.sum))} {
		if ok, weak, err := h.Verify(t.Context(), stored, decomposed); !ok || !weak || err != nil {
			t.Errorf("%s: %t, %t, %v", name, ok, weak, err)
		}
		if ok, _, _ := h.Verify(t.Context(), stored, "other"+decomposed); ok {
			t.Errorf("%s: another password is right", name)
		}
	}
	control := newArgon2id(h.params)
	control.key = control.keyOf("with\u200bwidthless")
	if ok, _, err := h.Verify(t.Context(), control.String(), "with\u200bwidthless"); !ok || err != nil {
		t.Errorf("a password that is no new one: %t, %v", ok, err)
	}
}

// bcrypt reads 72 bytes: what comes after them was proven by nobody.
func TestBcryptRefusesWhatItDoesNotRead(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 7) + "ab" // 72 bytes
	stored := bcryptOf(t, long)
	h := NewHasher(Options{Params: Params{Memory: 8, Iterations: 1, Parallelism: 1}})
	for text, want := range map[string]bool{long: true, long + "c": false, long[:71]: false, long + strings.Repeat("x", 400): false} {
		if ok, weak, err := h.Verify(t.Context(), stored, text); ok != want || weak != want || err != nil {
			t.Errorf("%d bytes: %t, %t, %v", len(text), ok, weak, err)
		}
	}
}

func bcryptOf(t *testing.T, text string) string {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(text), minBcryptCost)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := FromBcrypt(string(hash))
	if err != nil {
		t.Fatal(err)
	}
	return stored
}
