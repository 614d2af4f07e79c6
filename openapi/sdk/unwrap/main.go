// Command unwrap writes the unwrapping layer of a client that is generated from the
// contract: a call returns the result, or throws a typed failure. It reads in x-envelope
// of each tag which keys of an answer are its outcome, result, message and code.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"quartet/openapi"
)

func main() {
	language := flag.String("language", "typescript", "typescript or java")
	folder := flag.String("o", "", "the folder to write into")
	tags := flag.String("tag", "", "the operations of these tags, separated by commas; all where empty")
	file := flag.String("document", "", "the contract; the one of this checkout where empty")
	types := flag.String("types", "./schema.js", "TypeScript: the module that openapi-typescript made")
	pkg := flag.String("package", "quartet.client", "Java: the package of the client (invokerPackage); it has .api and .model")
	flag.Parse()
	if err := run(*language, *folder, *tags, *file, settings{Types: *types, Package: *pkg}); err != nil {
		fmt.Fprintln(os.Stderr, "unwrap:", err)
		os.Exit(1)
	}
}

func run(language, folder, tags, file string, s settings) error {
	if folder == "" {
		return fmt.Errorf("-o is missing")
	}
	document := openapi.Document
	if file != "" {
		var err error
		if document, err = os.ReadFile(file); err != nil {
			return err
		}
	}
	read, err := contract(document, strings.FieldsFunc(tags, func(r rune) bool { return r == ',' }))
	if err != nil {
		return err
	}
	files, err := written(language, read, s)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
