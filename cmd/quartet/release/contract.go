package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi"
	"quartet/openapi/specfilter"
)

// writeContract writes the contract in the forms of `quartet openapi`, and what has changed
// in it since the last release; one by one, and in an archive.
func (r *release) writeContract(ctx context.Context) error {
	forms, err := contractForms()
	if err != nil {
		return err
	}
	var files []file
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		text, err := forms[name].Of(openapi.Document)
		if err != nil {
			return err
		}
		files = append(files, file{name: "contract/" + name, mode: 0o644, content: text})
	}
	changes, err := r.output(ctx, nil, "go", "-C", "openapi/contracttest/oasdiff", "run", "./changelog", r.Version)
	if err == nil {
		files = append(files, file{name: "contract/CHANGELOG.md", mode: 0o644, content: changes})
	} else if err := r.orSkip("the contract's changelog", err, "clone with all tags (git fetch --unshallow --tags)"); err != nil {
		return err
	}
	for _, f := range files {
		if err := r.write(f.name, f.content); err != nil {
			return err
		}
	}
	packed, err := packTar(r.time, files)
	if err != nil {
		return err
	}
	return r.write(r.named("contract.tar.gz"), packed)
}

// contractForms are the forms by the names of their files.
func contractForms() (map[string]specfilter.Wanted, error) {
	document, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	if err != nil {
		return nil, err
	}
	byWord := map[string]specfilter.Wanted{"": {}}
	for _, render := range specfilter.Renderings {
		byWord["."+strings.TrimPrefix(render, "openapi-")] = specfilter.Wanted{Render: render}
	}
	for _, language := range specfilter.Languages {
		byWord["."+language] = specfilter.Wanted{Language: language}
	}
	for _, tag := range document.Tags {
		byWord["."+tag.Name] = specfilter.Wanted{Tags: []string{tag.Name}}
	}
	forms := map[string]specfilter.Wanted{}
	for word, wanted := range byWord {
		wanted.Samples, wanted.Pages = openapi.CodeSamples, openapi.Pages
		for _, format := range []string{"yaml", "json"} {
			wanted.JSON = format == "json"
			forms["openapi"+word+"."+format] = wanted
		}
	}
	return forms, nil
}
