package oasdiff

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestChangelogIsByOperation reads the changelog of a release that breaks one operation,
// adds to another and leaves the others as they were.
func TestChangelogIsByOperation(t *testing.T) {
	before, err := json.Marshal(contractNode(t))
	must(t, err)
	edited := document{t, contractNode(t)}
	edited.operation("sendMobileCode")["x-access"] = "signed-in"
	edited.property("MobileCode", "resendAfter")["maxLength"] = 9
	edited.remove(edited.operation("verifyMobile"), "requestBody")
	after, err := json.Marshal(edited.node)
	must(t, err)
	got, err := Changelog(before, after)
	must(t, err)
	places := strings.Split(got, "\n## ")
	if len(places) != 4 {
		t.Fatalf("%d places are listed:\n%s", len(places)-1, got)
	}
	for place, want := range []string{
		"2 changes break clients.\n",
		"sendMobileCode (POST /auth/mobile/code)\n\n- x-access was public and is now signed-in. **Breaks** callers whom the server now refuses.\n",
		"verifyMobile (POST /auth/mobile/verify)\n\n- removed the request body [request-body-removed]. **Breaks** ",
		"components\n\n- a breaking change was detected but the version is still ",
	} {
		if !strings.HasPrefix(places[place], want) {
			t.Errorf("got\n%s\nwant\n%s", places[place], want)
		}
	}
	if want := "resendAfter"; !strings.Contains(places[1], want) || strings.Count(places[1], "**Breaks**") != 1 {
		t.Errorf("what is allowed to sendMobileCode is missing or said to break:\n%s", places[1])
	}
}

// TestChangelogOfNothing reads the changelog of a release that leaves the contract as it was.
func TestChangelogOfNothing(t *testing.T) {
	same, err := json.Marshal(contractNode(t))
	must(t, err)
	got, err := Changelog(same, same)
	must(t, err)
	if want := "No operation has changed.\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
