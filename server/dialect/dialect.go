package dialect

import (
	"net/http"
	"strings"
	"time"

	"quartet/server/apierr"
)

// Dialect is one envelope: a name, the paths it owns and how it words a failure.
type Dialect struct {
	Name string
	// Prefixes are the paths that belong to the dialect; the longest prefix of
	// all dialects wins.
	Prefixes []string
	// ContentType of its failures.
	ContentType string
	body        func(Failure) any
}

// Failure is a failure with everything an envelope may want to say of it.
type Failure struct {
	Symbol  apierr.Code
	HTTP    int   // honest HTTP status
	Number  int32 // number in the dialect
	Message string
	At      time.Time
}

// All lists the dialects in the order of their documents, Problem last.
var All = []*Dialect{&Jeecg, &Yudao, &CAS, &RuoYi, &JFinal, &Problem}

// Named finds a dialect by its name.
func ByName(name string) (*Dialect, bool) {
	for _, s := range All {
		if s.Name == name {
			return s, true
		}
	}
	return nil, false
}

// Of tells which dialect a path belongs to; paths of no dialect are Problem's.
func ForPath(path string) *Dialect {
	owner, longest := &Problem, 0
	for _, s := range All {
		for _, prefix := range s.Prefixes {
			if len(prefix) > longest && strings.HasPrefix(path, prefix) {
				owner, longest = s, len(prefix)
			}
		}
	}
	return owner
}

// Body words a failure in the dialect: the HTTP status and the body to encode.
// acceptLanguage is the header of that name; Chinese is the default.
func (s *Dialect) Body(failed *apierr.Error, acceptLanguage string, now time.Time) (status int, body any) {
	entry := Catalogue[failed.Code]
	if entry.HTTP == 0 {
		failed, entry = apierr.New(apierr.Internal), Catalogue[apierr.Internal]
	}
	return entry.HTTP, s.body(Failure{
		Symbol:  failed.Code,
		HTTP:    entry.HTTP,
		Number:  entry.Number(s.Name),
		Message: message(entry, failed, acceptLanguage),
		At:      now,
	})
}

const jsonType = "application/json"

func ourFault(status int) bool { return status >= http.StatusInternalServerError }
