package contract

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Masked stands for a secret.
const Masked = "***"

// secretWords are parts of the names of what must be shown to nobody.
var secretWords = []string{"password", "passowrd", "token", "jwt", "secret", "authorization", "cookie", "validateno", "salt", "stamp", "apikey", "api-key"}

const shortestCode = 4 // digits of a one-time code

// tokenShape is what tokens and JWTs look like, wherever they are.
var tokenShape = regexp.MustCompile(`\b(?:AT|RT)-[\w-]{20,}|\beyJ[\w-]+\.[\w-]+\.[\w-]*`)

// Secret says whether the value of that name is a secret. Codes of one use are;
// the numbers and symbols of failures are codes too, and are not.
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

// MaskText hides what looks like a token.
func MaskText(text string) string { return tokenShape.ReplaceAllString(text, Masked) }

// Mask is a decoded JSON value without its secrets. Text becomes Masked; what is
// no text keeps its kind, and false, null and empty text are no secret.
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

const mostShown = 60 // runes

// Shown is a value of that name for people: short, and without secrets.
func Redact(name string, value any) string {
	text, err := json.Marshal(Mask(name, value))
	if err != nil {
		return fmt.Sprintf("%T", value)
	}
	if runes := []rune(string(text)); len(runes) > mostShown {
		return string(runes[:mostShown]) + "…"
	}
	return string(text)
}
