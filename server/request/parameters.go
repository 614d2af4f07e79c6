package request

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"quartet/server/apierr"
)

// parameter is a documented parameter: a scalar, or a list of scalars, which repeats
// the name.
type parameter struct {
	name     string
	in       string
	required bool
	schema   *openapi3.Schema
	rules    *Rules
}

// checkParameters validates the documented parameters of a request.
func (o *Operation) checkParameters(c echo.Context) error {
	// A parameter that cannot be decoded would be missing without a word.
	if _, err := url.ParseQuery(c.Request().URL.RawQuery); err != nil {
		return &apierr.Error{Code: apierr.InvalidField, Field: "query", Reason: apierr.BadFormat}
	}
	if err := o.checkUnknown(c); err != nil {
		return err
	}
	for _, p := range o.parameters {
		if p.in == openapi3.ParameterInPath && strings.Contains(c.Param(p.name), "/") {
			return apierr.New(apierr.PathNotFound) // Echo lets a last parameter match several segments
		}
		if err := p.check(p.values(c)); err != nil {
			return err
		}
	}
	return nil
}

// value converts a text to the schema's type; nil means no value. The generated code
// parses parameters itself, so that only what both take is a number or a boolean.
func (p parameter) value(schema *openapi3.Schema, text string) any {
	if schema.Type.Is(openapi3.TypeBoolean) && (text == "true" || text == "false") {
		return text == "true"
	}
	if !schema.Type.Is(openapi3.TypeInteger) {
		return text
	}
	value := (&Rules{EmptyNumberIsAbsent: p.rules.EmptyNumberIsAbsent}).integer(text, true)
	if value == (absent{}) {
		return nil
	}
	return value
}

// checkUnknown refuses query parameters that neither the operation nor its security
// schemes document.
func (o *Operation) checkUnknown(c echo.Context) error {
	if o.rules.IgnoreUnknown || c.Request().URL.RawQuery == "" {
		return nil
	}
	for name := range c.QueryParams() {
		if !o.queryNames[name] {
			return apierr.Field(shownName(name), apierr.Undocumented)
		}
	}
	return nil
}

func (p parameter) values(c echo.Context) []string {
	if p.in == openapi3.ParameterInPath {
		return []string{pathText(c.Param(p.name))}
	}
	return Values(c, p.in, p.name)
}

// Values returns all values of a name in the header or the query.
func Values(c echo.Context, in, name string) []string {
	if in == openapi3.ParameterInQuery {
		return c.QueryParams()[name]
	}
	return c.Request().Header[http.CanonicalHeaderKey(name)]
}

// pathText returns a path segment as the generated code decodes it. An invalid escape
// stays, and that code refuses it.
func pathText(raw string) string {
	if text, err := url.PathUnescape(raw); err == nil {
		return text
	}
	return raw
}

func (p parameter) check(values []string) error {
	if len(values) == 0 {
		if p.required {
			return apierr.Field(p.name, apierr.Required)
		}
		return nil
	}
	if p.schema.Type.Is(openapi3.TypeArray) {
		return p.checkList(values)
	}
	return p.checkScalar(p.schema, values...)
}

func (p parameter) checkScalar(schema *openapi3.Schema, values ...string) error {
	if err := CheckText(p.name, values...); err != nil {
		return err
	}
	value := p.value(schema, values[0])
	if value == nil {
		return apierr.Field(p.name, apierr.Required)
	}
	return validate(schema, value, p.name)
}

// checkList checks each value alone, so that a failure names the parameter and not an
// index.
func (p parameter) checkList(values []string) error {
	if most := p.schema.MaxItems; most != nil && uint64(len(values)) > *most {
		return &apierr.Error{Code: apierr.DuplicateField, Field: p.name}
	}
	for _, value := range values {
		if err := p.checkScalar(p.schema.Items.Value, value); err != nil {
			return err
		}
	}
	return nil
}

// validate validates a value by a schema and names the field that fails; root is the
// name of the value itself.
func validate(schema *openapi3.Schema, value any, root string) error {
	err := schema.VisitJSON(value, openapi3.VisitAsRequest(), openapi3.EnableFormatValidation(), openapi3.DisableSchemaErrorDetails())
	if err == nil {
		return nil
	}
	broken, isSchema := errors.AsType[*openapi3.SchemaError](err)
	if !isSchema {
		return &apierr.Error{Code: apierr.InvalidField, Field: root, Reason: apierr.BadFormat, Cause: err}
	}
	field := strings.Join(broken.JSONPointer(), ".")
	if field == "" {
		field = root
	}
	reason, expected := why(broken)
	return &apierr.Error{Code: apierr.InvalidField, Field: field, Reason: reason, Expected: expected}
}

// why converts the keyword that a value violates to a reason and its limit.
func why(broken *openapi3.SchemaError) (apierr.Reason, string) {
	schema := broken.Schema
	switch broken.SchemaField {
	case "required":
		return apierr.Required, ""
	case "type", "nullable":
		if digits, isText := broken.Value.(string); isText && schema.Type.Is(openapi3.TypeInteger) && isLong(digits) {
			return apierr.OutOfRange, cmp.Or(schema.Format, "int64")
		}
		return apierr.WrongType, strings.Join(schema.Type.Slice(), ", ")
	case "enum":
		if _, isText := broken.Value.(string); isText && !schema.Type.Is(openapi3.TypeString) {
			return apierr.WrongType, strings.Join(schema.Type.Slice(), ", ")
		}
		return apierr.NotInEnum, strings.Trim(strings.Join(strings.Fields(fmt.Sprint(schema.Enum)), ", "), "[]")
	case "minLength":
		if schema.MinLength == 1 {
			return apierr.Required, ""
		}
		return apierr.TooShort, fmt.Sprint(schema.MinLength)
	case "maxLength":
		return apierr.TooLong, fmt.Sprint(*schema.MaxLength)
	case "minimum", "maximum":
		return apierr.OutOfRange, bounds(schema)
	case "format":
		if schema.Type.Is(openapi3.TypeInteger) {
			return apierr.OutOfRange, schema.Format
		}
	}
	return apierr.BadFormat, ""
}

// bounds are those of a number, such as 1–200.
func bounds(schema *openapi3.Schema) string {
	number := func(bound *float64) string {
		if bound == nil {
			return ""
		}
		return strconv.FormatFloat(*bound, 'f', -1, 64)
	}
	switch least, most := number(schema.Min), number(schema.Max); {
	case most == "":
		return "≥ " + least
	case least == "":
		return "≤ " + most
	default:
		return least + "–" + most
	}
}

// isLong reports whether a text is an integer beyond int64.
func isLong(text string) bool {
	_, err := strconv.ParseInt(text, 10, 64)
	return errors.Is(err, strconv.ErrRange)
}

// merged merges allOf into one schema, as the generator does, so that a failure names
// its field and the value is validated once.
func merged(schema *openapi3.Schema) *openapi3.Schema {
	if len(schema.AllOf) == 0 {
		return schema
	}
	whole := *schema
	whole.AllOf, whole.Properties = nil, openapi3.Schemas{}
	whole.Required = append([]string{}, schema.Required...)
	for name, property := range schema.Properties {
		whole.Properties[name] = property
	}
	for _, part := range schema.AllOf {
		add(&whole, merged(part.Value))
	}
	return &whole
}

func add(whole, part *openapi3.Schema) {
	if len(part.Properties) == 0 && whole.Type == nil && len(whole.Properties) == 0 {
		// allOf with a single $ref is the way to add a description to a $ref.
		described := whole.Description
		*whole = *part
		whole.Description = described
		return
	}
	if whole.Type == nil {
		whole.Type = part.Type
	}
	for name, property := range part.Properties {
		whole.Properties[name] = property
	}
	whole.Required = append(whole.Required, part.Required...)
}
