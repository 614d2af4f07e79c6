package dialect

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"quartet/server/apierr"
	"quartet/server/request"
)

// Dialect describes the requests and responses that the clients of one framework
// expect.
type Dialect struct {
	// Name is also the tag of its operations in the contract.
	Name string
	// Prefixes are the paths of the dialect; the longest prefix of all dialects wins.
	Prefixes []string
	// Rules say what requests may be beyond the contract.
	Rules request.Rules
	// Credentials are all places that may carry an access token.
	Credentials []Credential
	// Numbers are the dialect's own numbers of failures; all others have their HTTP
	// status as the number.
	Numbers map[apierr.Code]int32
	// Challenge is the WWW-Authenticate of its 401 responses; "": BearerChallenge.
	Challenge string
	// ContentType of its answers; of Problem, that of its failures.
	ContentType string
	// FailureBody returns the body of a failure, to be encoded as JSON.
	FailureBody func(*apierr.Error, Wording) any
}

// ContentTypeJSON is the content type of all dialects' answers. Their frameworks name the
// charset too, and older HTTP clients take a body without one for Latin-1.
const ContentTypeJSON = "application/json; charset=utf-8"

// Credential is a place that may carry an access token.
type Credential struct {
	In   string // header, query or body
	Name string
}

// Wording is what the catalogue and the dialect add to a failure.
type Wording struct {
	HTTP    int   // HTTP status, also where the answer travels under 200
	Number  int32 // in the dialect
	Message string
	Detail  string // of Problem: why the database is unavailable
	At      time.Time
}

// Number returns the dialect's number of a kind of failure.
func (d *Dialect) Number(code apierr.Code) int32 {
	if number, own := d.Numbers[code]; own {
		return number
	}
	return int32(Catalogue[code].HTTP)
}

// Body returns the HTTP status and the body of a failure, to be encoded as JSON, with its
// message in a language.
func (d *Dialect) Body(failed *apierr.Error, in Language, now time.Time) (status int, body any) {
	if Catalogue[failed.Code].HTTP == 0 {
		failed = apierr.New(apierr.Internal)
	}
	status = Catalogue[failed.Code].HTTP
	wording := Wording{HTTP: status, Number: d.Number(failed.Code), Message: Message(failed, in), At: now}
	if failed.Code == apierr.Unavailable {
		wording.Detail = reasons[failed.Reason][column(in)]
	}
	return status, d.FailureBody(failed, wording)
}

// List is the server's dialects. Paths outside of them are OAuth2's, Admin's and Problem's.
type List []*Dialect

// Names returns the dialects' names in the order of the list.
func (l List) Names() []string {
	names := make([]string, len(l))
	for i, d := range l {
		names[i] = d.Name
	}
	return names
}

// ByName finds a dialect by its name; nil if there is none.
func (l List) ByName(name string) *Dialect {
	for _, d := range l {
		if d.Name == name {
			return d
		}
	}
	return nil
}

// standard are the formats of paths that belong to no framework's dialect.
var standard = List{&OAuth2, &Admin, &Problem}

// Tags returns the tags of the contract: the dialects' names and those of OAuth2, Admin and
// Problem.
func (l List) Tags() []string { return append(l.Names(), standard.Names()...) }

// ByTag finds the dialect of a tag of the contract: OAuth2, Admin or Problem for the operations
// of no dialect, and nil for an unknown tag.
func (l List) ByTag(tag string) *Dialect { return cmp.Or(l.ByName(tag), standard.ByName(tag)) }

// ForPath returns the dialect of a path.
func (l List) ForPath(path string) *Dialect {
	owner, longest := &Problem, 0
	for _, d := range slices.Concat(l, standard) {
		for _, prefix := range d.Prefixes {
			if len(prefix) > longest && strings.HasPrefix(path, prefix) {
				owner, longest = d, len(prefix)
			}
		}
	}
	return owner
}

// Check returns an error if two dialects share a name or a prefix.
func (l List) Check() error {
	var all []error
	names, prefixes := map[string]bool{}, map[string]bool{}
	for _, d := range slices.Concat(l, standard) {
		if names[d.Name] {
			all = append(all, fmt.Errorf("two dialects are called %q", d.Name))
		}
		names[d.Name] = true
		for _, prefix := range d.Prefixes {
			if prefixes[prefix] {
				all = append(all, fmt.Errorf("two dialects own the paths %s", prefix))
			}
			prefixes[prefix] = true
		}
	}
	return errors.Join(all...)
}
