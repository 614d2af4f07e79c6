package request

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"quartet/server/apierr"
)

// parseJSON parses a JSON value into the types of kin-openapi and the generated code:
// map[string]any, []any, string, bool, json.Number, nil. Unlike encoding/json it
// refuses duplicate keys, invalid UTF-8 and trailing data, which a validator and a
// decoder could interpret differently; and NUL, and more levels or keys than the limits
// allow.
func parseJSON(text []byte, limits Limits) (any, error) {
	p := &jsonParser{tokens: jsontext.NewDecoder(bytes.NewReader(text)), limits: limits}
	value, err := p.value(1)
	if err != nil {
		return nil, p.failed(err)
	}
	if _, err := p.tokens.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, &apierr.Error{Code: apierr.MalformedBody, Field: "body", Cause: errors.New("data after the value")}
	}
	return value, nil
}

type jsonParser struct {
	tokens *jsontext.Decoder
	limits Limits
	keys   int64
}

func (p *jsonParser) value(depth int64) (any, error) {
	token, err := p.tokens.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case '{':
		return p.object(depth)
	case '[':
		return p.array(depth)
	case '"':
		return p.text(token)
	case '0':
		return json.Number(token.String()), nil
	case 't', 'f':
		return token.Bool(), nil
	default:
		return nil, nil
	}
}

func (p *jsonParser) object(depth int64) (any, error) {
	if depth > p.limits.Depth {
		return nil, p.refuse(apierr.TooDeep, p.limits.Depth)
	}
	members := map[string]any{}
	for p.tokens.PeekKind() != '}' {
		if p.keys++; p.keys > p.limits.Keys {
			return nil, p.refuse(apierr.TooMany, p.limits.Keys)
		}
		token, err := p.tokens.ReadToken()
		if err != nil {
			return nil, err
		}
		key, err := p.text(token)
		if err != nil {
			return nil, err
		}
		if members[key], err = p.value(depth + 1); err != nil {
			return nil, err
		}
	}
	_, err := p.tokens.ReadToken()
	return members, err
}

func (p *jsonParser) array(depth int64) (any, error) {
	if depth > p.limits.Depth {
		return nil, p.refuse(apierr.TooDeep, p.limits.Depth)
	}
	items := []any{}
	for p.tokens.PeekKind() != ']' {
		item, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	_, err := p.tokens.ReadToken()
	return items, err
}

func (p *jsonParser) text(token jsontext.Token) (string, error) {
	text := token.String()
	if strings.ContainsRune(text, 0) {
		return "", apierr.Field(p.where(), apierr.HasNUL)
	}
	return text, nil
}

func (p *jsonParser) refuse(reason apierr.Reason, limit int64) error {
	refused := apierr.Field(p.where(), reason)
	refused.Expected = strconv.FormatInt(limit, 10)
	return refused
}

// where returns the name of the current field: mobile, user.nickname, or body for the
// root.
func (p *jsonParser) where() string { return fieldName(p.tokens.StackPointer()) }

var unescapePointer = strings.NewReplacer("~1", "/", "~0", "~", "\x00", "")

// fieldName converts a JSON pointer to the field name of messages.
func fieldName(pointer jsontext.Pointer) string {
	name := strings.ReplaceAll(strings.TrimPrefix(string(pointer), "/"), "/", ".")
	name = strings.ToValidUTF8(unescapePointer.Replace(name), "")
	if name == "" {
		return "body"
	}
	return shortened(name)
}

// shortened cuts a name to a length that messages can contain.
func shortened(name string) string {
	const longest = 128 // bytes
	if len(name) > longest {
		name = strings.ToValidUTF8(name[:longest], "")
	}
	return name
}

// failed converts the decoder's error to a failure that names the field.
func (p *jsonParser) failed(err error) error {
	if refused, known := errors.AsType[*apierr.Error](err); known {
		return refused
	}
	where := p.where()
	syntax, isSyntax := errors.AsType[*jsontext.SyntacticError](err)
	if isSyntax {
		where = fieldName(syntax.JSONPointer)
	}
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return &apierr.Error{Code: apierr.DuplicateField, Field: where, Cause: err}
	case isSyntax && notUnicode(syntax.Err):
		return &apierr.Error{Code: apierr.InvalidField, Field: where, Reason: apierr.NotUTF8, Cause: err}
	default:
		return &apierr.Error{Code: apierr.MalformedBody, Field: where, Cause: err}
	}
}

// notUnicode is necessary because jsontext has no exported error for invalid UTF-8 and
// lone surrogates.
func notUnicode(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "UTF-8") || strings.Contains(err.Error(), "surrogate"))
}

// whole converts literals like 1e2 and 7.0 to the integers that they equal, as in JSON
// Schema; other numbers stay as they are.
func whole(number json.Number) json.Number {
	literal := number.String()
	if !strings.ContainsAny(literal, ".eE") {
		return number
	}
	digits, exponent, known := decimal(literal)
	const longest = 18 // digits of which every integer is an int64
	if !known || exponent < 0 || int64(len(digits))+exponent > longest {
		return number
	}
	if digits == "" {
		return "0"
	}
	sign := literal[:strings.IndexFunc(literal, func(r rune) bool { return r != '-' })]
	return json.Number(sign + digits + strings.Repeat("0", int(exponent)))
}

// decimal returns the digits of a JSON number without zeros around them, and the power of
// ten that they are multiplied by. It calculates with text alone, because a float64 rounds
// 1.00000000000000000001 to 1 and 1e-400 to 0.
func decimal(literal string) (digits string, exponent int64, known bool) {
	mantissa, power, hasPower := strings.Cut(strings.ToLower(strings.TrimPrefix(literal, "-")), "e")
	if hasPower {
		var err error
		const longest = 16 // bits
		if exponent, err = strconv.ParseInt(power, 10, longest); err != nil {
			return "", 0, false
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	all := whole + fraction
	digits = strings.TrimRight(all, "0")
	exponent += int64(len(all)-len(digits)) - int64(len(fraction))
	digits = strings.TrimLeft(digits, "0")
	if digits == "" {
		return "", 0, true
	}
	return digits, exponent, true
}
