package importmerge_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	"quartet/server/account/importmerge"
)

func digest(text string) string {
	sum := sha256.Sum256([]byte("key" + text))
	return hex.EncodeToString(sum[:])
}

func TestARecordSaysWhatItWasMadeOf(t *testing.T) {
	t.Parallel()
	record := importmerge.New(importmerge.Fields{"nickname": "陶然", "remark": "", "gender": "1"}, digest)
	if len(record) != 2*9 {
		t.Errorf("%s has another length", record)
	}
	record = record.Add(importmerge.Role, "2", digest).Add(importmerge.Role, "3", digest)
	for text, want := range map[string]bool{"nickname 陶然": true, "nickname 小陶": false, "gender 1": true, "gender 2": false, "role 2": true, "role 3": true, "role 4": false} {
		var field, value string
		_, _ = fmt.Sscan(text, &field, &value)
		if record.Has(field, value, digest) != want {
			t.Errorf("%s: not %v", text, want)
		}
	}
}

// TestMerge is the table of what was said before, what is here, and what is said now.
func TestMerge(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, here, there string
		all, untouched      bool
		want                string
	}{
		"nothing new":                          {before: "a", here: "a", there: "a", want: "[] []"},
		"new there":                            {before: "a", here: "a", there: "b", want: "[nickname] []"},
		"changed here, nothing new there":      {before: "a", here: "c", there: "a", want: "[] []"},
		"changed on both sides":                {before: "a", here: "c", there: "b", want: "[] [nickname]"},
		"changed on both sides, all":           {before: "a", here: "c", there: "b", all: true, want: "[nickname] []"},
		"changed here, nothing new there, all": {before: "a", here: "c", there: "a", all: true, want: "[nickname] []"},
		"changed to the same":                  {before: "a", here: "b", there: "b", want: "[] []"},
		"emptied here, new there":              {before: "a", here: "", there: "b", want: "[] [nickname]"},
		"emptied there":                        {before: "a", here: "a", there: "", all: true, want: "[] []"},
		"first said now":                       {here: "", there: "b", want: "[nickname] []"},
		"first said now, set here":             {here: "c", there: "b", want: "[] [nickname]"},
		"no record, untouched":                 {here: "a", there: "b", untouched: true, want: "[nickname] []"},
	} {
		record := importmerge.New(importmerge.Fields{"nickname": c.before}, digest)
		m := importmerge.Merge{Record: record, Digest: digest, All: c.all, Untouched: c.untouched}
		got := m.Compare(importmerge.Fields{"nickname": c.there}, importmerge.Fields{"nickname": c.here})
		if text := fmt.Sprint(got.Take, got.Kept); text != c.want {
			t.Errorf("%s: got %s, want %s", name, text, c.want)
		}
	}
}

func TestAfterAMergeOnlyWhatWasLeftOutIsToldAgain(t *testing.T) {
	t.Parallel()
	fields := importmerge.Fields{"nickname": "a", "company": "a"}
	m := importmerge.Merge{Record: importmerge.New(fields, digest).Add(importmerge.Role, "2", digest), Digest: digest}
	there := importmerge.Fields{"nickname": "b", "company": "b", "site": ""}
	m.Record = m.After(there, "company")
	got := m.Compare(there, importmerge.Fields{"nickname": "b", "company": "c"})
	if fmt.Sprint(got) != "{[] [company]}" {
		t.Errorf("got %v", got)
	}
	if !m.Record.Has(importmerge.Role, "2", digest) {
		t.Error("a role is forgotten")
	}
}
