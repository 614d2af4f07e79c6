package mock

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// The usual names of what an answer says about a file.
var (
	fileNames = []string{"filename", "originalname", "originalfilename", "name", "title"}
	fileSizes = []string{"size", "bytes", "filesize", "length", "contentlength"}
	fileTypes = []string{"contenttype", "mimetype", "mediatype"}
)

// describeFile keeps the file of a new record, and says its name, size and type where the
// record has keys for them.
func (s *Server) describeFile(r *resource, one *record, f *file, sent map[string]any) {
	if f == nil {
		return
	}
	s.keepFile(one, "", f)
	if r.record == nil || r.record.Value == nil {
		return
	}
	for name, property := range s.maker.flat(r.record.Value).Properties {
		if property.Value == nil {
			continue
		}
		kind := typeOf(s.maker.flat(property.Value))
		switch {
		case isOneOf(name, fileSizes) && (kind == openapi3.TypeInteger || kind == openapi3.TypeNumber):
			one.fields[name] = json.Number(strconv.Itoa(len(f.bytes)))
		case isOneOf(name, fileTypes) && kind == openapi3.TypeString:
			one.fields[name] = f.mediaType
		case isOneOf(name, fileNames) && kind == openapi3.TypeString && f.name != "":
			if sent[name] == nil { // what was sent stays
				one.fields[name] = f.name
			}
		}
	}
}

func isOneOf(name string, known []string) bool {
	for _, other := range known {
		if sameName(name, other) {
			return true
		}
	}
	return false
}

// download answers with the bytes that were uploaded, and their media type; where nothing
// was, with the documented example.
func (s *Server) download(c *call, one *record) (answer, bool) {
	f := one.files[c.operation.plan.file]
	if f == nil && c.operation.plan.act == download {
		f = one.files[""]
	}
	status, response := c.operation.success()
	if response == nil {
		return answer{}, false
	}
	if f == nil || f.bytes == nil {
		if !one.seeded && c.operation.plan.act == download {
			return s.notFound(c, fmt.Sprintf("nothing was uploaded for %s %s", c.operation.plan.resource.noun, one.key)), true
		}
		at, acceptable := shapeOf(c, status, response)
		if !acceptable {
			return notAcceptable(c, response), true
		}
		return s.respond(at, s.static(at, "")), true
	}
	at, _ := shapeOf(c, status, response)
	mediaType := f.mediaType
	if response.Content.Get(mediaType) == nil {
		mediaType = at.mime
	}
	a := s.respond(at, "")
	a.body = f.bytes
	a.header.Set("Content-Type", mediaType)
	if f.name != "" && a.header.Get("Content-Disposition") == "" {
		a.header.Set("Content-Disposition", "inline; filename="+strconv.QuoteToASCII(strings.ReplaceAll(f.name, `"`, "")))
	}
	a.note = fmt.Sprintf("download %s %s", c.operation.plan.resource.noun, one.key)
	a.status = max(a.status, http.StatusOK)
	return a, true
}
