package request

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"

	"quartet/server/apierr"
)

const (
	mediaJSON      = "application/json"
	mediaForm      = "application/x-www-form-urlencoded"
	mediaMultipart = "multipart/form-data"
	mediaText      = "text/plain"
)

const contentType, contentEncoding = "Content-Type", "Content-Encoding"

// content is a body as it was sent, inflated.
type content struct {
	mediaType string // "" if none was sent
	boundary  string // of a multipart body
	charset   charset
	text      []byte
}

// receive reads the body and the headers that describe it.
func (o *Operation) receive(r *http.Request) (content, error) {
	if r.ContentLength > o.limits.Body {
		return content{}, o.tooLarge(nil)
	}
	text, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, o.limits.Body))
	if err == nil {
		// It is complete, but the time of the whole request has passed.
		err = r.Context().Err()
	}
	if err != nil {
		return content{}, o.notRead(err)
	}
	sent := content{text: text}
	var parameters map[string]string
	sent.mediaType, parameters, err = described(r.Header.Values(contentType))
	switch {
	case err != nil && namesCharset(strings.Join(r.Header.Values(contentType), ",")):
		return content{}, o.rules.unsupportedCharset()
	case err != nil:
		return content{}, &apierr.Error{Code: apierr.UnsupportedMediaType, Field: contentType, Expected: o.mediaTypes(), Cause: err}
	case len(text) == 0:
		return sent, nil
	}
	sent.boundary = parameters["boundary"]
	known := false
	if sent.charset, known = o.rules.charset(parameters["charset"]); !known {
		return content{}, o.rules.unsupportedCharset()
	}
	err = o.inflate(&sent, r.Header.Values(contentEncoding))
	return sent, err
}

// notRead converts an error of reading the body.
func (o *Operation) notRead(err error) error {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return o.tooLarge(err)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) {
		return &apierr.Error{Code: apierr.BodyTooSlow, Expected: o.limits.Time.String(), Cause: err}
	}
	return &apierr.Error{Code: apierr.MalformedBody, Field: "body", Cause: err}
}

// inflate decodes the body's Content-Encoding. A charset there is a mistake of clients
// that servlet containers ignore.
func (o *Operation) inflate(sent *content, encodings []string) error {
	name := strings.ToLower(strings.TrimSpace(strings.Join(encodings, ",")))
	switch {
	case name == "" || name == "identity":
		return nil
	case !o.rules.Encodings:
		return &apierr.Error{Code: apierr.UnsupportedMediaType, Field: contentEncoding, Expected: "identity"}
	case name == "gzip" || name == "x-gzip":
		return o.gunzip(sent)
	}
	if _, isCharset := o.rules.charset(name); isCharset {
		return nil
	}
	return &apierr.Error{Code: apierr.UnsupportedMediaType, Field: contentEncoding, Expected: "gzip, identity"}
}

// gunzip inflates at most one byte more than the limit of a body.
func (o *Operation) gunzip(sent *content) error {
	deflated, err := gzip.NewReader(bytes.NewReader(sent.text))
	if err == nil {
		sent.text, err = io.ReadAll(io.LimitReader(deflated, o.limits.Body+1))
	}
	switch {
	case int64(len(sent.text)) > o.limits.Body:
		return o.tooLarge(err)
	case err != nil:
		return &apierr.Error{Code: apierr.MalformedBody, Field: "body", Cause: err}
	}
	return nil
}

// charset decodes text. The zero value is UTF-8.
type charset struct {
	decoder   encoding.Encoding // nil: bytes stay as they are
	onlyASCII bool              // other bytes are refused
}

// utf8Labels are the names of UTF-8 that clients send.
var utf8Labels = strings.Fields("utf-8 utf8 unicode-1-1-utf-8")

// decoders are the charsets that are decoded. GBK and GB18030 contain GB 2312.
var decoders = map[string]encoding.Encoding{
	"gbk": simplifiedchinese.GBK, "x-gbk": simplifiedchinese.GBK, "cp936": simplifiedchinese.GBK, "ms936": simplifiedchinese.GBK,
	"gb2312": simplifiedchinese.GBK, "gb_2312-80": simplifiedchinese.GBK, "euc-cn": simplifiedchinese.GBK,
	"gb18030": simplifiedchinese.GB18030,
}

// supersets are charsets in which bytes below 128 are ASCII characters wherever they
// stand, so that a body of such bytes alone is the same in UTF-8. In the trailing bytes
// of Big5 they are not, but those follow a byte above. Charsets with states of 7 bits (HZ,
// ISO-2022, UTF-7) are missing on purpose: ASCII bytes mean something else in them.
var supersets = strings.Fields(`us-ascii ascii ansi_x3.4-1968 iso646-us iso-8859-1 iso8859-1 iso_8859-1 latin1 latin-1 iso-8859-2
	iso-8859-3 iso-8859-4 iso-8859-6 iso-8859-8 iso-8859-10 iso-8859-13 iso-8859-14 iso-8859-5 iso-8859-7 iso-8859-9
	iso-8859-15 windows-1250 windows-1251 windows-1252 windows-1253 windows-1254 windows-1256 windows-1257 windows-1258 cp1252
	big5 big5-hkscs euc-tw euc-kr euc-jp ks_c_5601-1987 koi8-r koi8-u tis-620 windows-874`)

func (r *Rules) charset(label string) (charset, bool) {
	label = strings.ToLower(strings.Trim(label, ` '"`))
	switch {
	case label == "" || slices.Contains(utf8Labels, label):
		return charset{}, true
	case !r.Encodings:
		return charset{}, false
	case decoders[label] != nil:
		return charset{decoder: decoders[label]}, true
	default:
		return charset{onlyASCII: true}, slices.Contains(supersets, label)
	}
}

// decode converts text to UTF-8. A byte that the charset does not have becomes one that
// is invalid in UTF-8 too, so that it is refused with the name of its field.
func (c charset) decode(text []byte) ([]byte, error) {
	switch {
	case c.decoder != nil:
		decoded, err := c.decoder.NewDecoder().Bytes(text)
		return bytes.ReplaceAll(decoded, []byte("\uFFFD"), []byte("\xff")), err
	case c.onlyASCII && slices.ContainsFunc(text, func(b byte) bool { return b >= 0x80 }):
		return nil, (&Rules{Encodings: true}).unsupportedCharset()
	default:
		return text, nil
	}
}

func (r *Rules) unsupportedCharset() error {
	expected := "charset=utf-8"
	if r.Encodings {
		expected += ", gbk, gb18030"
	}
	return &apierr.Error{Code: apierr.UnsupportedMediaType, Field: contentType, Expected: expected}
}

var byteOrderMark = []byte("\uFEFF")

// json is the text of a JSON body in UTF-8.
func (c content) json(rules *Rules) ([]byte, error) {
	text, err := c.charset.decode(c.text)
	if rules.Encodings {
		text = bytes.TrimPrefix(text, byteOrderMark)
	}
	return text, err
}
