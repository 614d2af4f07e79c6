package request

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"slices"
	"strings"

	"quartet/server/apierr"
)

// transferEncodings are those that leave the bytes of a part as they are (RFC 2045,
// section 6.2). RFC 7578 deprecates the others.
var transferEncodings = []string{"", "7bit", "8bit", "binary"}

// parseMultipart parses the text fields of a multipart/form-data body (RFC 7578). It is
// in memory already, so that its limit bounds its parts and their headers too.
func (b *body) parseMultipart(sent content) (map[string]any, error) {
	read := form{body: b, members: map[string]any{}}
	parts := multipart.NewReader(bytes.NewReader(sent.text), sent.boundary)
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return read.members, nil
		}
		if err != nil {
			return nil, malformedMultipart(err)
		}
		if err := read.addPart(part, sent.charset); err != nil {
			return nil, err
		}
	}
}

// addPart adds a field in its own charset, or else in that of the body.
func (f *form) addPart(part *multipart.Part, usual charset) error {
	_, disposition, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	name := disposition["name"]
	if err != nil || name == "" || !slices.Contains(transferEncodings, strings.ToLower(part.Header.Get("Content-Transfer-Encoding"))) {
		return malformedMultipart(err)
	}
	if _, isFile := disposition["filename"]; isFile {
		return &apierr.Error{Code: apierr.InvalidField, Field: shownName(name), Reason: apierr.WrongType, Expected: "string"}
	}
	from := usual
	if _, parameters, _ := mime.ParseMediaType(part.Header.Get(contentType)); parameters["charset"] != "" {
		var known bool
		if from, known = f.body.rules.charset(parameters["charset"]); !known {
			return f.body.rules.unsupportedCharset()
		}
	}
	text, err := io.ReadAll(part)
	if err != nil {
		return malformedMultipart(err)
	}
	value, err := from.decodeString(string(text))
	if err != nil {
		return err
	}
	return f.add(name, value)
}

func malformedMultipart(cause error) error {
	return &apierr.Error{Code: apierr.MalformedBody, Field: "body", Cause: cause}
}
