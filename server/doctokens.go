package server

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi/specfilter"
	"quartet/server/account"
	"quartet/server/dialect"
)

// tokenPage is what the page of tokens shows: what the contract says of them, and how long
// they live on this server.
type tokenPage struct {
	Kinds  []*tokenKind
	Places []*tokenPlace
	Times  []tokenTime
}

// tokenPlace is a place from which operations of a dialect read a credential.
type tokenPlace struct {
	Tag string
	pagePlace
	Says       inBoth
	Schemes    []string
	Operations []pageOperation
	rank       int // headers come before the body, and that before the query
}

type pageOperation struct {
	Method, Path, Tag, ID string
	Summary               inBoth
}

type pagePlace struct {
	In   inBoth
	Name string
}

// contractOperation is an operation of the contract in full.
type contractOperation struct {
	*openapi3.Operation
	page pageOperation
}

// newTokenPage reads the whole contract.
func newTokenPage(document []byte, dialects dialect.List, lives account.Lifetimes) (tokenPage, error) {
	contract, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return tokenPage{}, fmt.Errorf("page of tokens: %w", err)
	}
	var all []contractOperation
	byID := map[string]pageOperation{}
	for _, path := range slices.Sorted(maps.Keys(contract.Paths.Map())) {
		described := contract.Paths.Map()[path].Operations()
		for _, method := range slices.Sorted(maps.Keys(described)) {
			o := described[method]
			chinese, english := specfilter.Summary(o.Summary)
			byID[o.OperationID] = pageOperation{method, path, o.Tags[0], o.OperationID, inBoth{chinese, english}}
			all = append(all, contractOperation{o, byID[o.OperationID]})
		}
	}
	p := tokenPage{Kinds: tokenKinds(lives), Times: tokenTimes(lives)}
	for _, o := range all {
		o.addUses(p.Kinds, byID)
		for name, scheme := range o.schemes(contract) {
			p.add(o.page, placeOfScheme(name, scheme))
		}
		if field, ok := o.Extensions["x-credential-body"].(string); ok {
			p.add(o.page, tokenPlace{pagePlace: pagePlace{inRequest[inBody], field}, rank: 1, Schemes: []string{"x-credential-body"}, Says: o.fieldSays(field)})
		}
	}
	tags := dialects.Tags()
	slices.SortStableFunc(p.Places, func(a, b *tokenPlace) int {
		return cmp.Or(slices.Index(tags, a.Tag)-slices.Index(tags, b.Tag), a.rank-b.rank)
	})
	return p, nil
}

// schemes are the security schemes of the operation in the contract's order.
func (o contractOperation) schemes(contract *openapi3.T) func(yield func(string, *openapi3.SecurityScheme) bool) {
	return func(yield func(string, *openapi3.SecurityScheme) bool) {
		for _, alternative := range *o.Security {
			for _, name := range slices.Sorted(maps.Keys(alternative)) {
				if !yield(name, contract.Components.SecuritySchemes[name].Value) {
					return
				}
			}
		}
	}
}

// inRequest are the parts of a request, and the order in which they are read.
var inRequest = map[string]inBoth{
	openapi3.ParameterInHeader: {"请求头", "header"}, inBody: {"请求体", "body"}, openapi3.ParameterInQuery: {"查询参数", "query"},
}

func placeOfScheme(name string, scheme *openapi3.SecurityScheme) tokenPlace {
	place, _ := placeOf(&openapi3.SecuritySchemeRef{Value: scheme})
	found := tokenPlace{Schemes: []string{name}, Says: describedIn(scheme.Description)}
	var application applicationPlaces
	switch isApplication := application.read(scheme); {
	case application.basic:
		place = dialect.Credential{In: openapi3.ParameterInHeader, Name: "Authorization: Basic"}
		found.rank = 3
	case isApplication:
		found.rank = 3
	case place.In == openapi3.ParameterInQuery:
		found.rank = 2
	}
	found.pagePlace = pagePlace{inRequest[place.In], place.Name}
	return found
}

// add adds an operation and a scheme to a place of the page.
func (p *tokenPage) add(operation pageOperation, place tokenPlace) {
	place.Tag = operation.Tag
	at := slices.IndexFunc(p.Places, func(known *tokenPlace) bool { return known.Tag == place.Tag && known.pagePlace == place.pagePlace })
	if at < 0 {
		at = len(p.Places)
		p.Places = append(p.Places, &place)
	}
	known := p.Places[at]
	if !slices.Contains(known.Schemes, place.Schemes[0]) {
		known.Schemes = append(known.Schemes, place.Schemes[0])
	}
	if !slices.Contains(known.Operations, operation) {
		known.Operations = append(known.Operations, operation)
	}
}

func (o contractOperation) fieldSays(field string) inBoth {
	for _, content := range o.RequestBody.Value.Content {
		if property := content.Schema.Value.Properties[field]; property != nil {
			return describedIn(property.Value.Description)
		}
	}
	return inBoth{}
}

func describedIn(description string) inBoth {
	chinese, english := specfilter.Description(strings.TrimSpace(description))
	return inBoth{chinese, english}
}
