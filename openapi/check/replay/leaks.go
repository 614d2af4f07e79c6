package replay

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"quartet/openapi/check/contract"
)

// leaks are free texts of a failure in which something looks like a token, or is a secret of
// the request: they are shown to people and logged.
func leaks(c Case, e Exchange) (all []contract.Difference) {
	if c.succeeds() {
		return nil // its texts are compared with the example
	}
	decoded, _ := contract.Decode(e.Answer.Body)
	answer, _ := decoded.(map[string]any)
	secrets := e.Request.secrets()
	for _, key := range c.spec.EnvelopeKeys(c.Operation, true) {
		text, _ := answer[key].(string)
		where := contract.Pointer("", key)
		shown := text
		for _, secret := range secrets {
			shown = strings.ReplaceAll(shown, secret, contract.Masked)
		}
		switch masked := contract.MaskText(text); {
		case contract.Secret(key, text):
		case masked != text:
			all = append(all, contract.Difference{Where: where, Documented: "text without a token", Got: contract.Redact(key, text)})
		case shown != text:
			all = append(all, contract.Difference{Where: where, Documented: "text without a secret of the request", Got: contract.Redact(key, shown)})
		}
	}
	return all
}

// shortestSecret is how long a secret has to be to be told from other words.
const shortestSecret = 8

// secrets are the texts of a request's body and query whose names are those of secrets.
func (m Message) secrets() (all []string) {
	r := m.request()
	body, _ := contract.Decode(r.Body)
	var form url.Values
	if m.mediaType() == contract.MediaForm {
		form, _ = url.ParseQuery(r.Body)
	}
	for _, fields := range []url.Values{r.Query, form} {
		for name, values := range fields {
			for _, value := range values {
				eachText(name, name, value, func(_, name, text string) { all = appendSecret(all, name, text) })
			}
		}
	}
	eachText("", "", body, func(_, name, text string) { all = appendSecret(all, name, text) })
	return all
}

func appendSecret(all []string, name, text string) []string {
	if len(text) >= shortestSecret && contract.Secret(name, text) {
		return append(all, text)
	}
	return all
}

// eachText calls do for every text in a value, with the pointer to it and its name.
func eachText(where, name string, value any, do func(where, name, text string)) {
	switch v := value.(type) {
	case map[string]any:
		for key, member := range v {
			eachText(contract.Pointer(where, key), key, member, do)
		}
	case []any:
		for i, member := range v {
			eachText(contract.Pointer(where, strconv.Itoa(i)), name, member, do)
		}
	case string:
		do(where, name, v)
	}
}

// expiredTokens are the JWTs of a success that no server accepts any more.
func expiredTokens(c Case, e Exchange) (all []contract.Difference) {
	if !c.succeeds() {
		return nil
	}
	body, _ := contract.Decode(e.Answer.Body)
	found := func(where, _, text string) {
		if at := expiryOf(text); !at.IsZero() && at.Before(time.Now().Add(-time.Minute)) {
			got := "one that expired at " + at.UTC().Format(time.RFC3339)
			all = append(all, contract.Difference{Where: where, Documented: "a token that has not expired", Got: got})
		}
	}
	eachText("", "", body, found)
	for name := range e.Answer.Header {
		found(fmt.Sprintf("header %s", name), name, strings.TrimPrefix(e.Answer.Header.Get(name), "Bearer "))
	}
	slices.SortFunc(all, func(a, b contract.Difference) int { return strings.Compare(a.Where, b.Where) })
	return all
}

// expiryOf is the expiry of a JWT (RFC 7519), zero for any other text.
func expiryOf(text string) (at time.Time) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 || !strings.HasPrefix(text, "eyJ") {
		return at
	}
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	var read struct{ Exp float64 }
	if err != nil || json.Unmarshal(claims, &read) != nil || read.Exp == 0 {
		return at
	}
	return time.Unix(int64(read.Exp), 0)
}
