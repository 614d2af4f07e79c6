package replay

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"quartet/openapi/check/contract"
)

// free reports whether the fixtures exempt a value from being compared.
func (f Fixtures) free(where, name string) bool {
	return slices.Contains(f.Free, name) || slices.Contains(f.Free, where)
}

var (
	idName = regexp.MustCompile(`(?i:^(?:id|kid|uuid|guid|openid|unionid)$)|(?:Id|ID|_id)$`)
	// timeName is for numbers: times in text show themselves.
	timeName = regexp.MustCompile(`(?i)(?:time|timestamp|expires?|_at)$|At$|^exp$`)
	timeText = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}|$)`)
	// randomText matches ids, keys and hashes that were generated at random: UUIDs, hex of
	// 16 bytes and more, base64url of 32 bytes and more.
	randomText = regexp.MustCompile(`^(?:[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[0-9a-fA-F]{32,}|[\w-]{43,})$`)
)

// volatile reports whether two values of that name may differ from one server, or
// one moment, to the next: ids, times, tokens and random values.
func volatile(name string, a, b any) bool {
	if a == contract.Masked || b == contract.Masked || idName.MatchString(name) || contract.Secret(name, a) || contract.Secret(name, b) {
		return true
	}
	if _, isNumber := a.(json.Number); isNumber {
		return timeName.MatchString(name)
	}
	return volatileText(a) && volatileText(b)
}

func volatileText(value any) bool {
	text, isText := value.(string)
	return isText && (timeText.MatchString(text) || randomText.MatchString(text) || strings.Contains(contract.MaskText(text), contract.Masked))
}
