package mock

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"
)

// act is what an operation does to a resource.
type act string

const (
	noAct    act = ""         // the answer is static
	create   act = "create"   // adds a record
	list     act = "list"     // gives records
	read     act = "read"     // gives a record
	replace  act = "replace"  // puts another record in the place of one
	update   act = "update"   // changes keys of a record
	remove   act = "remove"   // removes a record
	touch    act = "touch"    // does something with a record that stays as it is
	upload   act = "upload"   // keeps a file of a record
	download act = "download" // gives the file
)

// plan is what an operation does, to what.
type plan struct {
	act      act
	resource *resource
	scope    []string // the path's parameters that name the records above, in order
	key      string   // the parameter or field that names the record, "" for none
	file     string   // the path below the record at which a file lies
}

// resource is what a group of operations speaks of: a collection of records, or a single one.
type resource struct {
	name       string // the path of the collection, its parameters as {}
	noun       string
	parent     *resource
	single     bool   // there is one record, without a key
	creates    bool   // some operation adds records
	rpc        bool   // found by verbs in paths
	parameter  string // of the path of one record
	keyPath    []string
	record     *openapi3.SchemaRef
	operations []*operation
}

// verbs are words of paths in the RPC style, and what they mean.
var verbs = map[string]act{
	"create": create, "add": create, "new": create, "save": create, "insert": create, "register": create,
	"detail": read, "details": read, "get": read, "info": read, "view": read, "show": read, "read": read, "find": read, "fetch": read,
	"list": list, "page": list, "search": list, "query": list, "all": list,
	"update": update, "edit": update, "modify": update, "change": update,
	"delete": remove, "remove": remove, "del": remove, "destroy": remove,
}

// resourcesOf groups the operations of a document, and plans what each does.
func (s *Server) resourcesOf(routes []*route) []*resource {
	byName := map[string]*resource{}
	named := func(segments []string) *resource {
		name := normal(segments)
		if byName[name] == nil {
			byName[name] = &resource{name: name, noun: nounOf(segments)}
		}
		return byName[name]
	}
	for _, r := range routes {
		if segments := segmentsOf(r.path); len(segments) > 1 && isParameter(segments[len(segments)-1]) {
			named(segments[:len(segments)-1]).parameter = strings.Trim(segments[len(segments)-1], "{}")
		} else if get, post := r.operations["GET"], r.operations["POST"]; get != nil && post != nil && s.listIn(get, nil) != nil && (s.listIn(post, nil) == nil || isListBody(post)) {
			named(segments)
		}
	}
	for _, r := range routes {
		for _, method := range r.allowed() {
			if o := r.operations[method]; o != nil {
				s.planFor(o, r, byName, named)
			}
		}
	}
	for _, r := range byName {
		s.findKey(r)
	}
	s.joinVerbs(byName)
	all := make([]*resource, 0, len(byName))
	for _, r := range byName {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b *resource) int {
		return cmp.Or(cmp.Compare(len(a.name), len(b.name)), cmp.Compare(a.name, b.name))
	})
	for _, r := range all {
		for at := len(r.name); at > 0; at = strings.LastIndex(r.name[:at], "/") {
			if above, isItem := strings.CutSuffix(r.name[:at], "/{}"); isItem && byName[above] != nil && byName[above] != r {
				r.parent = byName[above]
				break
			}
		}
	}
	return all
}

// segmentsOf are the segments of a path, without the extension of a format.
func segmentsOf(path string) []string {
	path, _, _ = strings.Cut(path, "#")
	path = strings.TrimSuffix(strings.TrimSuffix(strings.Trim(path, "/"), ".json"), ".xml")
	return strings.Split(path, "/")
}

// normal is a path whose parameters have no names.
func normal(segments []string) string {
	return "/" + parameterInPath.ReplaceAllString(strings.Join(segments, "/"), "{}")
}

func nounOf(segments []string) string {
	for _, segment := range slices.Backward(segments) {
		if !strings.Contains(segment, "{") {
			return singular(strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(segment)))
		}
	}
	return ""
}

// singular is a noun without the end of its plural.
func singular(noun string) string {
	switch {
	case strings.HasSuffix(noun, "ies") && len(noun) > 4:
		return strings.TrimSuffix(noun, "ies") + "y"
	case strings.HasSuffix(noun, "sses"), strings.HasSuffix(noun, "xes"), strings.HasSuffix(noun, "ches"):
		return strings.TrimSuffix(noun, "es")
	case strings.HasSuffix(noun, "s") && !strings.HasSuffix(noun, "ss") && !strings.HasSuffix(noun, "us"):
		return strings.TrimSuffix(noun, "s")
	}
	return noun
}

// wordsOf splits getUserInfo, get-user-info and get_user_info.
func wordsOf(segment string) []string {
	var spaced strings.Builder
	before := ' '
	for _, r := range segment {
		if unicode.IsUpper(r) && !unicode.IsUpper(before) {
			spaced.WriteByte(' ')
		}
		spaced.WriteRune(unicode.ToLower(r))
		before = r
	}
	return strings.FieldsFunc(spaced.String(), func(r rune) bool { return r == ' ' || r == '-' || r == '_' || r == '.' || r == ':' })
}

// scopeOf are the names of the parameters in the segments.
func scopeOf(segments []string) (names []string) {
	for _, found := range parameterInPath.FindAllStringSubmatch(strings.Join(segments, "/"), -1) {
		names = append(names, found[1])
	}
	return names
}

// planFor plans an operation by its path and method.
func (s *Server) planFor(o *operation, r *route, byName map[string]*resource, named func([]string) *resource) {
	segments := segmentsOf(r.path)
	last := segments[len(segments)-1]
	answersList := s.listIn(o, nil) != nil
	switch known := byName[normal(segments)]; {
	case len(segments) > 1 && isParameter(last):
		item := named(segments[:len(segments)-1])
		o.plan = plan{act: itemAct(o), resource: item, scope: scopeOf(segments[:len(segments)-1]), key: last[1 : len(last)-1]}
		if o.method == http.MethodGet && !hasJSON(o) && isBinaryAnswer(o) {
			o.plan.act = download
		}
	case known != nil:
		o.plan = plan{resource: known, scope: scopeOf(segments)}
		switch {
		case o.method == http.MethodGet && answersList:
			o.plan.act = list
		case o.method == http.MethodPost:
			o.plan.act = create
		case o.method == http.MethodPut || o.method == http.MethodPatch:
			o.plan.act, o.plan.key = update, "id"
		}
	case s.planVerb(o, segments, byName, named, answersList):
	case s.planBelow(o, segments, byName):
	case r.operations["GET"] != nil && (r.operations["PUT"] != nil || r.operations["PATCH"] != nil):
		one := named(segments)
		one.single = true
		o.plan = plan{act: itemAct(o), resource: one, scope: scopeOf(segments)}
	}
	if o.plan.resource != nil && o.plan.act != noAct {
		o.plan.resource.operations = append(o.plan.resource.operations, o)
		o.plan.resource.creates = o.plan.resource.creates || o.plan.act == create
	}
}

func itemAct(o *operation) act {
	switch o.method {
	case http.MethodGet:
		return read
	case http.MethodPut:
		return replace
	case http.MethodPatch, http.MethodPost:
		return update
	case http.MethodDelete:
		return remove
	}
	return noAct
}

// planVerb plans a path whose last segment begins with a verb, or is one.
func (s *Server) planVerb(o *operation, segments []string, byName map[string]*resource, named func([]string) *resource, answersList bool) bool {
	words := wordsOf(segments[len(segments)-1])
	above := segments[:len(segments)-1]
	if len(words) == 0 || len(above) == 0 {
		return false
	}
	what, isVerb := verbs[words[0]]
	if !isVerb {
		return false
	}
	noun, by := words[1:], []string(nil)
	if at := slices.Index(noun, "by"); at >= 0 {
		noun, by = noun[:at], noun[at+1:]
	}
	if what == create && isListBody(o) && len(noun) > 0 && isOneOf(noun[0], []string{"with", "batch", "all", "list"}) {
		noun = nil // createWithList
	}
	one := len(by) > 0 && isOneOf(strings.Join(by, ""), keyNames("", nounOf(above)))
	if len(noun) > 0 && isOneOf(noun[len(noun)-1], []string{"info", "detail", "one"}) {
		one, noun = true, noun[:len(noun)-1]
	}
	if what == list && one && keyField(o, nounOf(above)) != "" {
		what = read // queryById, queryOne
	}
	if len(noun) > 0 && strings.Join(noun, "") != nounOf(above) && singular(strings.Join(noun, "")) != nounOf(above) {
		above = append(slices.Clone(above), strings.Join(noun, "-"))
	}
	if what == read && answersList && keyField(o, nounOf(above)) == "" {
		what = list
	}
	if isParameter(above[len(above)-1]) { // an act of one record
		if item := byName[normal(above[:len(above)-1])]; item != nil && what != create && what != list {
			parameter := above[len(above)-1]
			o.plan = plan{act: what, resource: item, scope: scopeOf(above[:len(above)-1]), key: parameter[1 : len(parameter)-1]}
			return true
		}
		return false
	}
	known := byName[normal(above)] != nil
	group := named(above)
	if !known {
		group.rpc = true
	}
	o.plan = plan{act: what, resource: group, scope: scopeOf(above)}
	if what != create && what != list {
		o.plan.key = keyField(o, group.noun)
		if o.plan.key == "" {
			o.plan = plan{}
		}
	}
	return true
}

// planBelow plans a path below a record: a file of it, a single resource, or an act.
func (s *Server) planBelow(o *operation, segments []string, byName map[string]*resource) bool {
	for at := len(segments) - 1; at > 0; at-- {
		item := byName[normal(segments[:at-1])]
		if !isParameter(segments[at-1]) || item == nil {
			continue
		}
		parameter := strings.Trim(segments[at-1], "{}")
		if !item.isNamedBy(parameter) {
			continue
		}
		o.plan = plan{resource: item, scope: scopeOf(segments[:at-1]), key: parameter, file: strings.Join(segments[at:], "/")}
		switch {
		case o.method == http.MethodGet && isBinaryAnswer(o) && !hasJSON(o):
			o.plan.act = download
		case takesFile(o):
			o.plan.act = upload
		default:
			o.plan.act = touch
		}
		return true
	}
	return false
}

// isNamedBy reports whether a parameter names a record: it is called as in the path of one
// record, or has the noun before it.
func (r *resource) isNamedBy(parameter string) bool {
	return r.parameter != "" &&
		(sameName(parameter, r.parameter) || sameName(parameter, r.noun+r.parameter) || sameName(r.noun+parameter, r.parameter))
}

// joinVerbs gives groups that were found by verbs, and in which nothing is created, to the
// one group with the same noun and like records in which something is. Of several it is the
// one that was found by verbs too.
func (s *Server) joinVerbs(byName map[string]*resource) {
	for name, group := range byName {
		if !group.rpc || group.creates || len(group.operations) == 0 {
			continue
		}
		var others []*resource
		for _, other := range byName {
			if other != group && other.noun == group.noun && other.creates && group.record != nil && s.isAkin(group.record, other) && strings.Count(other.name, "{}") == strings.Count(group.name, "{}") {
				others = append(others, other)
			}
		}
		if len(others) > 1 {
			others = slices.DeleteFunc(others, func(other *resource) bool { return !other.rpc })
		}
		if len(others) != 1 {
			continue
		}
		for _, o := range group.operations {
			o.plan.resource = others[0]
			others[0].operations = append(others[0].operations, o)
		}
		delete(byName, name)
	}
}

// keyField is the parameter or the field of the body that names a record.
func keyField(o *operation, noun string) string {
	var names []string
	for _, p := range o.parameters {
		if p.Value.In == openapi3.ParameterInQuery {
			names = append(names, p.Value.Name)
		}
	}
	names = append(names, bodyNames(o)...)
	for _, wanted := range keyNames("", noun) {
		for _, name := range names {
			if sameName(name, wanted) {
				return name
			}
		}
	}
	return ""
}

// keyNames are the usual names of the key of a record, best first.
func keyNames(parameter, noun string) []string {
	names := []string{"id", noun + "id", "_id", "uuid", "uid", "guid", "sid", "key", "slug"}
	if parameter == "" {
		return names
	}
	own := []string{parameter}
	if words := wordsOf(parameter); len(words) > 1 { // petId, issue_number, secret_name
		own = append(own, words[len(words)-1])
	}
	return append(own, names...)
}

var separators = strings.NewReplacer("_", "", "-", "")

// sameName compares names without case and separators.
func sameName(a, b string) bool {
	return strings.EqualFold(separators.Replace(a), separators.Replace(b))
}
