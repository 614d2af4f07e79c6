package request

import (
	"bytes"
	"errors"
	"io"
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
		switch {
		case errors.Is(err, io.EOF) && endsParts(sent.text, sent.boundary):
			return read.members, nil
		case err != nil:
			return nil, malformedMultipart(err)
		}
		if err := read.addPart(part, sent.charset); err != nil {
			return nil, err
		}
	}
}

// endsParts reports whether a line closes the parts. The reader takes the end of the text
// for it within the lines of a heading and before the first part.
func endsParts(text []byte, boundary string) bool {
	last := []byte("--" + boundary + "--")
	return bytes.HasPrefix(text, last) || bytes.Contains(text, append([]byte("\n"), last...))
}

// addPart adds a field in its own charset, or else in that of the body.
func (f *form) addPart(part *multipart.Part, usual charset) error {
	kind, disposition, err := described(part.Header.Values("Content-Disposition"))
	name := disposition["name"]
	if err != nil || kind != "form-data" || name == "" || encodesTransfer(part.Header.Values("Content-Transfer-Encoding")) {
		return malformedMultipart(err)
	}
	mediaType, parameters, err := described(part.Header.Values(contentType))
	if err != nil {
		return f.body.rules.unsupportedCharset()
	}
	// A part of parts is how several files were sent once (RFC 2388).
	if _, isFile := disposition["filename"]; isFile || strings.HasPrefix(mediaType, "multipart/") {
		return &apierr.Error{Code: apierr.InvalidField, Field: shownName(name), Reason: apierr.WrongType, Expected: "string"}
	}
	from := usual
	if label := parameters["charset"]; label != "" {
		var known bool
		if from, known = f.body.rules.charset(label); !known {
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

// encodesTransfer reports whether the bytes of a part are not those of its text.
func encodesTransfer(encodings []string) bool {
	return slices.ContainsFunc(encodings, func(name string) bool {
		return !slices.Contains(transferEncodings, strings.ToLower(strings.TrimSpace(name)))
	})
}

func malformedMultipart(cause error) error {
	return &apierr.Error{Code: apierr.MalformedBody, Field: "body", Cause: cause}
}
