package server_test

import (
	"encoding/json"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"quartet/openapi/check/contract"
	"quartet/server"
	"quartet/server/account"
)

// tokensPage is the text of the page as served.
func tokensPage(t *testing.T, settings ...setting) string {
	t.Helper()
	return html.UnescapeString(requireOK(t, newWorld(t, settings...).get("/docs/tokens")).text)
}

// anyToken is what an example has of a token.
var anyToken = regexp.MustCompile(`"(AT-\d+-[\w-]{32}|RT-[\w-]{43}|eyJ[\w-]+\.[\w-]+\.[\w-]+)"`)

// The page has every security scheme of the contract, every operation that answers a token
// with its places, and no other operation among those.
func TestTokensPageIsThatOfTheContract(t *testing.T) {
	t.Parallel()
	page := tokensPage(t)
	kinds, places, _ := strings.Cut(page, `<h2 id="places">`)
	spec, err := contract.Load()
	must(t, err)
	for name := range spec.Components.SecuritySchemes {
		if !strings.Contains(places, "<code>"+name+"</code>") {
			t.Errorf("the page lacks the security scheme %s", name)
		}
	}
	answering := 0
	for _, o := range spec.Operations() {
		tag := `href="./#/` + o.Tags[0] + "/" + o.OperationID + `"`
		if anyToken.Match(answerExamples(t, o)) {
			answering++
			if !strings.Contains(kinds, tag) {
				t.Errorf("the page lacks %s, which answers a token", o.OperationID)
			}
		} else if o.RequestBody == nil && strings.Contains(kinds, tag) {
			t.Errorf("the page says that %s has to do with tokens", o.OperationID)
		}
		if len(spec.Credentials(o)) > 0 && !strings.Contains(places, tag) {
			t.Errorf("the page lacks %s, which reads a credential", o.OperationID)
		}
	}
	if answering < 10 {
		t.Errorf("only %d operations answer a token; the test looks in the wrong place", answering)
	}
	for kind, wanted := range map[string][]string{
		"access":  {"<code>X-Access-Token</code>", "<code>data.accessToken.value</code>", "<code>data.value</code>", `#/jeecg/refreshUser"`, `#/yudao/refreshAccessToken"`},
		"refresh": {"<code>data.refreshToken.value</code>", "<code>refreshToken</code>"},
		"jwt":     {"<code>Jwt</code>", `#/jfinal/signInByPassword"`, `#/jfinal/getUserDetail"`},
	} {
		_, row, _ := strings.Cut(kinds, `<tr id="`+kind+`">`)
		row, _, _ = strings.Cut(row, "</tr>")
		for _, text := range wanted {
			if !strings.Contains(row, text) {
				t.Errorf("%s lacks %s", kind, text)
			}
		}
	}
}

// answerExamples are the examples of a success: of its headers and of its body.
func answerExamples(t *testing.T, o contract.Operation) []byte {
	t.Helper()
	var all []any
	for status, response := range o.Responses.Map() {
		if !strings.HasPrefix(status, "2") {
			continue
		}
		for _, header := range response.Value.Headers {
			all = append(all, header.Value.Example)
		}
		for _, content := range response.Value.Content {
			for _, example := range content.Examples {
				all = append(all, example.Value.Value)
			}
		}
	}
	text, err := json.Marshal(all)
	must(t, err)
	return text
}

func TestTokensPageHasTheServersLifetimes(t *testing.T) {
	t.Parallel()
	page := tokensPage(t)
	for _, text := range []string{"1 小时，从", "30 天，从", "1 h from", "30 days from", "30 min", "10 s", "5 分钟"} {
		if !strings.Contains(page, text) {
			t.Errorf("the page lacks %s", text)
		}
	}
	page = tokensPage(t, func(c *account.Config, _ *server.Options) {
		c.Limits.AccessLife, c.Limits.SessionLife, c.Limits.RefreshGrace = 90*time.Minute, 7*24*time.Hour, 20*time.Second
	})
	for _, text := range []string{"90 分钟，从", "7 天，从", "90 min from", "7 days from", "45 min", "20 s"} {
		if !strings.Contains(page, text) {
			t.Errorf("with other lifetimes the page lacks %s", text)
		}
	}
}

var inLanguage = regexp.MustCompile(`(?s)<(?:span|p) lang="(zh|en)">(.*?)</(?:span|p)>`)

// What is marked as one language is in it, and everything is there in both.
func TestPagesAreInBothLanguages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{"/docs/errors", "/docs/tokens"} {
		count := map[string]int{}
		for _, found := range inLanguage.FindAllStringSubmatch(requireOK(t, w.get(path)).text, -1) {
			count[found[1]]++
			text := regexp.MustCompile(`<code>.*?</code>`).ReplaceAllString(found[2], "")
			if found[1] == "en" && regexp.MustCompile(`\p{Han}`).MatchString(text) || strings.TrimSpace(found[2]) == "" {
				t.Errorf("%s: %q is not in %s", path, found[2], found[1])
			}
		}
		if count["zh"] < 50 || count["zh"] != count["en"] {
			t.Errorf("%s has %v texts", path, count)
		}
	}
}
