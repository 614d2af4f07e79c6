package mock

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// The usual names of the parameters and keys of pages.
var (
	pageNames    = []string{"page", "pageno", "pagenum", "pagenumber", "pageindex", "current", "currentpage"}
	sizeNames    = []string{"size", "limit", "perpage", "pagesize", "count", "rows", "maxresults", "max", "first", "top", "take", "$top", "page[size]", "maxitems", "numitems"}
	offsetNames  = []string{"offset", "skip", "start", "startindex", "$skip", "from"}
	cursorNames  = []string{"cursor", "after", "startingafter", "pagetoken", "nextpagetoken", "marker", "continue", "continuationtoken", "nextcursor", "nexttoken", "next"}
	totalNames   = []string{"total", "totalcount", "totalelements", "totalitems", "recordstotal", "totalrecords", "totalresults", "itemcount", "totalrows"}
	pagesNames   = []string{"totalpages", "pages", "pagecount", "lastpage"}
	moreNames    = []string{"hasmore", "hasnext", "hasnextpage", "more"}
	nextNames    = []string{"next", "nextcursor", "nextpagetoken", "cursor", "endcursor", "nexttoken", "continue", "nextmarker", "nextpage", "nextpageuri", "after"}
	prevNames    = []string{"prev", "previous", "prevcursor", "previouscursor", "prevpage", "previouspage", "prevpagetoken", "previouspageuri", "before"}
	numberNames  = slices.Concat(pageNames, []string{"number"})
	theirsNames  = slices.Concat(sizeNames, []string{"numberofelements"})
	offsetsNames = offsetNames
)

const standardSize = 20 // items of a page where the request does not say how many

// page is which part of a list a request asks for.
type page struct {
	number, size, offset, first int // first is 0 where pages are counted from 0
	paged                       bool
	cursor, kind                string // the name of the parameter that moves on, and what it counts
}

// pageOf reads the parameters of pages that the operation documents.
func pageOf(c *call) page {
	p := page{number: 1, size: standardSize, first: 1}
	for _, parameter := range c.operation.parameters {
		name := parameter.Value.Name
		if parameter.Value.In != openapi3.ParameterInQuery {
			continue
		}
		value := c.query.Get(name)
		schema := schemaOfParameter(parameter.Value)
		if value == "" && schema != nil && schema.Default != nil {
			value = textOf(plain(schema.Default))
		}
		number, err := strconv.Atoi(value)
		isNumber := err == nil && number >= 0
		switch {
		case isOneOf(name, sizeNames):
			p.paged = true
			if isNumber && number > 0 {
				p.size = number
			}
		case isOneOf(name, pageNames):
			p.paged, p.cursor, p.kind = true, name, "page"
			if schema != nil && (schema.Default != nil && textOf(plain(schema.Default)) == "0" || schema.Min != nil && *schema.Min == 0 && schema.Default == nil) {
				p.first, p.number = 0, 0
			}
			if isNumber {
				p.number = max(number, p.first)
			}
		case isOneOf(name, offsetNames):
			p.paged, p.cursor, p.kind = true, name, "offset"
			if isNumber {
				p.offset = number
			}
		case isOneOf(name, cursorNames) && p.kind != "page" && p.kind != "offset":
			p.paged, p.cursor, p.kind = true, name, "cursor"
		}
	}
	if p.kind == "page" || p.kind == "" {
		p.offset = (p.number - p.first) * p.size
	}
	return p
}

func schemaOfParameter(p *openapi3.Parameter) *openapi3.Schema {
	if p.Schema == nil {
		return nil
	}
	return p.Schema.Value
}

// list answers with the records of a collection that the request asks for.
func (s *Server) list(c *call, scope []string) (answer, bool) {
	p := c.operation.plan
	status, response := c.operation.success()
	where := s.listIn(c.operation, p.resource.record)
	if response == nil || where == nil {
		return answer{}, false
	}
	at, acceptable := shapeOf(c, status, response)
	if !acceptable {
		return notAcceptable(c, response), true
	}
	if !isJSON(at.mime) {
		return answer{}, false
	}
	all := slices.DeleteFunc(slices.Clone(s.collection(p.resource, scope).records), func(one *record) bool { return !s.passes(c, one) })
	asked := pageOf(c)
	if asked.kind == "cursor" {
		asked.offset = cursorOffset(all, c.query.Get(asked.cursor))
	}
	records, total := all, len(all)
	if asked.paged {
		records = all[min(asked.offset, total):min(asked.offset+asked.size, total)]
	}
	items := []any{}
	schema := s.maker.flat(where.schema.Value).Items.Value
	documented := s.static(at, "")
	for _, one := range records {
		if one.fresh && s.maker.valid(schema, one.fields) {
			items = append(items, one.fields)
			continue
		}
		items = append(items, s.projected(p.resource, one, schema, nil))
	}
	value := withValueAt(documented, where.path, items)
	if len(where.path) > 0 {
		value = s.withCounts(c, asked, schemaOf(at.media), value, where.path, len(items), all)
	}
	a := s.respond(at, s.maker.fit(schemaOf(at.media), value, ""))
	for name := range at.response.Headers {
		if isOneOf(name, []string{"xtotalcount", "xtotal", "totalcount", "paginationcount"}) {
			a.header.Set(name, strconv.Itoa(total))
		}
	}
	a.note = fmt.Sprintf("list %d of %d", len(items), total)
	return a, true
}

// passes reports whether a record has the values of the query's parameters that are named
// like its keys.
func (s *Server) passes(c *call, one *record) bool {
	for _, p := range c.operation.parameters {
		name := p.Value.Name
		if p.Value.In != openapi3.ParameterInQuery || len(c.query[name]) == 0 || isPaging(name) {
			continue
		}
		member, has := memberLike(one.fields, name)
		if !has || s.schemaAt(c.operation.plan.resource.record, []string{name}) == nil {
			continue
		}
		switch member.(type) {
		case map[string]any, []any, nil:
			continue
		}
		if !slices.ContainsFunc(splitValues(c.query[name]), func(wanted string) bool { return wanted == textOf(member) }) {
			return false
		}
	}
	return true
}

func splitValues(values []string) (all []string) {
	for _, value := range values {
		all = append(all, value)
		start := 0
		for i, r := range value {
			if r == ',' {
				all, start = append(all, value[start:i]), i+1
			}
		}
		all = append(all, value[start:])
	}
	return all
}

func isPaging(name string) bool {
	return isOneOf(name, pageNames) || isOneOf(name, sizeNames) || isOneOf(name, offsetNames) || isOneOf(name, cursorNames)
}

// cursorOffset is where the page of a cursor begins: after the record of that key.
func cursorOffset(records []*record, cursor string) int {
	for i, one := range records {
		if one.key == cursor {
			return i + 1
		}
	}
	return 0
}

// withCounts writes totals, page numbers and cursors into the envelope of a list.
func (s *Server) withCounts(c *call, asked page, schema *openapi3.Schema, value any, listPath []string, count int, all []*record) any {
	total, end := len(all), asked.offset+count
	hasTotal := s.search(&openapi3.SchemaRef{Value: schema}, func(at found) bool { return len(at.path) > 0 && isOneOf(at.path[len(at.path)-1], totalNames) }) != nil
	return s.counted(schema, value, listPath, func(name, kind string, nullable bool) (any, bool) {
		number := kind == openapi3.TypeInteger || kind == openapi3.TypeNumber
		size := asked.size
		if !asked.paged {
			size = max(total, 1)
		}
		switch {
		case number && isOneOf(name, totalNames), number && sameName(name, "count") && asked.paged && !hasTotal:
			return count64(total), true
		case number && isOneOf(name, pagesNames):
			return count64((total + size - 1) / size), true
		case number && isOneOf(name, numberNames) && asked.kind == "page":
			return count64(asked.number), true
		case number && isOneOf(name, offsetsNames) && asked.kind == "offset":
			return count64(asked.offset), true
		case number && sameName(name, "count"):
			return count64(count), true
		case number && isOneOf(name, theirsNames) && asked.paged:
			return count64(asked.size), true
		case kind == openapi3.TypeBoolean && isOneOf(name, moreNames):
			return end < total, true
		case isOneOf(name, nextNames):
			return s.pageBeside(c, asked, end, end < total, kind, isLink(value, name), nullable, all)
		case isOneOf(name, prevNames):
			return s.pageBeside(c, asked, max(asked.offset-asked.size, 0), asked.offset > 0, kind, isLink(value, name), nullable, all)
		}
		return nil, false
	})
}

// pageBeside is what leads to the next or the previous page, which begins at an offset;
// where there is none, null, or nothing.
func (s *Server) pageBeside(c *call, asked page, offset int, exists bool, kind string, asLink, nullable bool, all []*record) (any, bool) {
	number := kind == openapi3.TypeInteger || kind == openapi3.TypeNumber
	if kind != openapi3.TypeString && (!number || asked.kind == "cursor") {
		return nil, false
	}
	cursor := "0" // of the first page
	if offset > 0 && offset <= len(all) {
		cursor = all[offset-1].key
	}
	onPage := asked.first + offset/max(asked.size, 1)
	switch {
	case !exists && nullable:
		return nil, true
	case !exists && number:
		return nil, false
	case !exists:
		return gone{}, true
	case asked.cursor == "":
		return nil, false
	case number && asked.kind == "page":
		return count64(onPage), true
	case number:
		return count64(offset), true
	case asked.kind == "cursor" && !asLink:
		return cursor, true
	}
	query := url.Values{}
	maps.Copy(query, c.query)
	query.Set(asked.cursor, map[string]string{"page": strconv.Itoa(onPage), "offset": strconv.Itoa(offset), "cursor": cursor}[asked.kind])
	return "http://" + c.Host + c.URL.EscapedPath() + "?" + query.Encode(), true
}

// gone stands for a key that is left out.
type gone struct{}

func count64(n int) any { return json.Number(strconv.Itoa(n)) }

// isLink reports whether the documented value of a key is a whole address.
func isLink(value any, name string) bool {
	object, _ := value.(map[string]any)
	text, _ := object[name].(string)
	parsed, err := url.Parse(text)
	return err == nil && parsed.Scheme != ""
}

// counted sets simple keys around a list: of the objects on the way to it, and of objects
// beside it.
func (s *Server) counted(schema *openapi3.Schema, value any, listPath []string, set func(name, kind string, nullable bool) (any, bool)) any {
	object, isObject := value.(map[string]any)
	if !isObject || schema == nil {
		return value
	}
	flat := s.maker.flat(schema)
	object = maps.Clone(object)
	for _, name := range slices.Sorted(maps.Keys(flat.Properties)) {
		property := flat.Properties[name].Value
		if property == nil || len(listPath) == 1 && name == listPath[0] {
			continue
		}
		inner := s.maker.flat(property)
		if member, isInner := object[name].(map[string]any); isInner {
			var below []string
			if len(listPath) > 0 && listPath[0] == name {
				below = listPath[1:]
			}
			object[name] = s.counted(property, member, below, set)
			continue
		}
		kind := typeOf(inner)
		for _, choice := range slices.Concat(inner.AnyOf, inner.OneOf) { // a type, or null
			if kind == "" && choice.Value != nil && !choice.Value.Type.Is("null") {
				kind = typeOf(s.maker.flat(choice.Value))
			}
		}
		made, isSet := set(name, kind, s.maker.valid(property, nil))
		switch {
		case !isSet:
		case made == gone{}:
			if !slices.Contains(flat.Required, name) {
				delete(object, name)
			} else if s.maker.valid(property, "") {
				object[name] = ""
			}
		case s.maker.valid(property, made):
			object[name] = made
		}
	}
	return object
}
