package contract

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Masked is shown in place of a secret.
const Masked = "***"

// secretWords are parts of the names of secrets.
var secretWords = []string{"password", "passowrd", "token", "jwt", "secret", "authorization", "cookie", "validateno", "salt", "stamp", "apikey", "api-key"}

const shortestCode = 4 // digits of a one-time code

// tokenShape matches opaque tokens and JWTs inside any text.
var tokenShape = regexp.MustCompile(`\b(?:AT|RT)-[\w-]{20,}|\beyJ[\w-]+\.[\w-]+\.[\w-]*`)

// Secret reports whether the value of that name is a secret. A one-time code is;
// the numbers and symbols of failures, which are called code too, are not.
func Secret(name string, value any) bool {
	lower := strings.ToLower(name)
	for _, word := range secretWords {
		if strings.Contains(lower, word) {
			return !strings.HasPrefix(lower, "timestamp")
		}
	}
	text, isText := value.(string)
	return isText && lower == "code" && len(text) >= shortestCode && strings.ContainsAny(text, "0123456789")
}

// MaskText masks what looks like a token.
func MaskText(text string) string { return tokenShape.ReplaceAllString(text, Masked) }

// Mask is a decoded JSON value without its secrets. Text becomes Masked; numbers,
// booleans, null and empty text stay.
func Mask(name string, value any) any {
	secret := Secret(name, value)
	switch v := value.(type) {
	case map[string]any:
		masked := map[string]any{}
		for key, member := range v {
			below := key
			if secret {
				below = name // {"accessToken":{"value":…}}
			}
			masked[key] = Mask(below, member)
		}
		return masked
	case []any:
		masked := make([]any, 0, len(v))
		for _, member := range v {
			masked = append(masked, Mask(name, member))
		}
		return masked
	case string:
		if secret && v != "" {
			return Masked
		}
		return MaskText(v)
	default:
		return value
	}
}

const longestRedacted = 60 // runes

// Redact is a value of that name in JSON for people: short, and without secrets.
func Redact(name string, value any) string {
	text, err := json.Marshal(Mask(name, value))
	if err != nil {
		return fmt.Sprintf("%T", value)
	}
	if runes := []rune(string(text)); len(runes) > longestRedacted {
		return string(runes[:longestRedacted]) + "…"
	}
	return string(text)
}
