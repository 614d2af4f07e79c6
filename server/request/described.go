package request

import (
	"errors"
	"mime"
	"regexp"
	"slices"
	"strings"
)

// errAmbiguous is of a header that two readers may understand in two ways.
var errAmbiguous = errors.New("the header can be read in more than one way")

// extended matches a parameter in the encoding or the pieces of RFC 2231, which
// RFC 7578 forbids and which would replace a plain parameter of the same name.
var extended = regexp.MustCompile(`;\s*[^\s;="]*\*[^\s;="]*\s*=`)

// described parses a header that says what a body is, such as Content-Type. Without the
// header all is empty. Repeated headers must be equal. Parameters of a wrong form are
// ignored, as servlet containers do, but for a charset.
func described(values []string) (value string, parameters map[string]string, err error) {
	if len(values) == 0 || values[0] == "" && len(values) == 1 {
		return "", nil, nil
	}
	header := values[0]
	if slices.ContainsFunc(values, func(other string) bool { return other != header }) || extended.MatchString(header) {
		return "", nil, errAmbiguous
	}
	value, parameters, err = mime.ParseMediaType(header)
	if errors.Is(err, mime.ErrInvalidMediaParameter) && !namesCharset(header) {
		return value, nil, nil
	}
	return value, parameters, err
}

func namesCharset(header string) bool { return strings.Contains(strings.ToLower(header), "charset") }
