package request

import "time"

// Rules say what is taken beyond the document, for the clients of a framework that
// takes it too. The zero value is strict: it takes what the document says and nothing
// else.
type Rules struct {
	// Name is the value of the document's extension x-lenient-reading.
	Name string

	// IgnoreUnknown ignores keys, form fields and query parameters that the document
	// does not name.
	IgnoreUnknown bool
	// IgnoreOtherCase ignores a key that differs in case from one beside it.
	IgnoreOtherCase bool
	// NullIsAbsent treats a null member of a JSON body, and of the objects in it, as
	// missing.
	NullIsAbsent bool
	// EmptyNumberIsAbsent treats an empty text where an integer is expected as missing,
	// in JSON, forms and parameters.
	EmptyNumberIsAbsent bool
	// TextForInteger takes a JSON text of ASCII digits, with or without a minus sign, as
	// the integer.
	TextForInteger bool
	// TrimIntegers ignores spaces around such a text.
	TrimIntegers bool
	// ScalarForText takes a JSON number as the text of its literal, and true and false
	// as these words.
	ScalarForText bool
	// DateLayouts are layouts of package time that a date may have beside the
	// document's own.
	DateLayouts []string
	// MillisecondsForDate takes a number as the milliseconds since 1970 of a date.
	MillisecondsForDate bool
	// Zone is the zone of dates that are made of a time; UTC if nil.
	Zone *time.Location

	// Encodings takes charsets other than UTF-8, a byte order mark, gzip, and a
	// Content-Encoding that names a charset.
	Encodings bool
	// MultipartForm takes the text fields of multipart/form-data where the document has
	// an urlencoded form.
	MultipartForm bool
	// JSONForForm takes a JSON object where the document has an urlencoded form: as
	// application/json, as a form, as text/plain and without a content type. It is the
	// documented JSON body, or else an object of the form's fields.
	JSONForForm bool
	// FormInQuery takes fields of an urlencoded form from the query too.
	FormInQuery bool
}
