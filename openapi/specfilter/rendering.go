package specfilter

import (
	"fmt"
	"io/fs"
	"slices"
)

// Renderings are the names of the forms in which the document is read beside its own.
var Renderings = []string{"client", "dereferenced", "openapi-3.1"}

// Wanted says what is wanted of a document.
type Wanted struct {
	Tags     []string // the operations of these; all of them where empty
	Render   string   // one of Renderings; the document's own form where empty
	Language string   // one of Languages; both where empty
	JSON     bool     // else YAML

	// Pages are those that the document refers to by relative addresses: see In.
	Pages fs.FS
	// Samples are the lists for x-codeSamples by operationId, in YAML. Every form has them
	// but the rendering for clients, which shows no page, and YAML as it is written.
	Samples []byte
}

// Of is what is wanted of a document in YAML: as it was written where that is nothing.
// JSON has references to schemas alone in every form, and its own form has no allOf.
func (w Wanted) Of(written []byte) ([]byte, error) {
	if len(w.Tags) == 0 && w.Render == "" && w.Language == "" && !w.JSON {
		return written, nil
	}
	document, err := Read(written)
	if err != nil {
		return nil, err
	}
	if len(w.Tags) > 0 {
		document = document.Only(w.Tags...)
	}
	if w.Language != "" {
		if !slices.Contains(Languages, w.Language) {
			return nil, fmt.Errorf("a language is one of %v, not %q", Languages, w.Language)
		}
		document = document.In(w.Language, w.Pages)
	}
	switch w.Render {
	case "client":
		document = document.Client()
	case "dereferenced":
		document = document.Dereferenced()
	case "openapi-3.1":
		document = document.OpenAPI31()
	case "":
		if w.JSON {
			document = document.Merged()
		}
	default:
		return nil, fmt.Errorf("a rendering is one of %v, not %q", Renderings, w.Render)
	}
	if len(w.Samples) > 0 && w.Render != "client" && (w.JSON || w.Render != "") {
		samples, err := Read(w.Samples)
		if err != nil {
			return nil, err
		}
		document = document.WithSamples(samples)
	}
	if w.JSON {
		return document.JSON()
	}
	return document.YAML()
}

// Key tells what is wanted from all else that may be.
func (w Wanted) Key() string { return fmt.Sprint(w.Tags, w.Render, " ", w.Language, w.JSON) }
