// Package codesamples reads the samples of code of each operation from programs that run:
// the lines between "sample: operationId" and "end" in comments.
package codesamples

import (
	"bytes"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Sample is an entry of x-codeSamples.
type Sample struct {
	Lang   string `yaml:"lang"`
	Label  string `yaml:"label"`
	Source string `yaml:"source"`
}

// Programs are where the samples lie, in the order in which pages show them.
var Programs = []struct{ Lang, Label, Files string }{
	{"shell", "curl", "curl/*.sh"},
	{"typescript", "TypeScript, @hey-api/openapi-ts", "typescript/samples*.ts"},
	{"java", "Java, openapi-generator", "java/day/day/*Samples.java"},
	{"python", "Python, openapi-generator", "python/samples*.py"},
	{"go", "Go, oapi-codegen", "go/samples/*.go"},
}

var (
	begin = regexp.MustCompile(`^\s*(?://|#) sample: (\w+)$`)
	end   = regexp.MustCompile(`^\s*(?://|#) end$`)
)

// Read reads the samples of the programs in a folder, by operation.
func Read(folder fs.FS) (map[string][]Sample, error) {
	all := map[string][]Sample{}
	for _, program := range Programs {
		files, err := fs.Glob(folder, program.Files)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			text, err := fs.ReadFile(folder, file)
			if err != nil {
				return nil, err
			}
			found, err := regions(string(text))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			for operation, source := range found {
				for _, known := range all[operation] {
					if known.Lang == program.Lang {
						return nil, fmt.Errorf("%s has a second sample of %s", file, operation)
					}
				}
				all[operation] = append(all[operation], Sample{program.Lang, program.Label, source})
			}
		}
	}
	return all, nil
}

// regions are the marked parts of a text, without the indentation of their first line.
func regions(text string) (map[string]string, error) {
	found, operation, indentation := map[string]string{}, "", ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		match := begin.FindStringSubmatch(line)
		switch {
		case match != nil && (operation != "" || found[match[1]] != ""):
			return nil, fmt.Errorf("the sample of %s begins within another, or twice", match[1])
		case match != nil:
			operation, indentation = match[1], line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		case end.MatchString(line):
			operation = ""
		case operation != "":
			found[operation] += strings.ReplaceAll(strings.TrimPrefix(line, indentation), "\t", "    ") + "\n"
		}
	}
	if operation != "" {
		return nil, fmt.Errorf("the sample of %s does not end", operation)
	}
	return found, nil
}

// YAML writes samples by operation, sorted.
func YAML(samples map[string][]Sample) ([]byte, error) {
	var text bytes.Buffer
	text.WriteString("# Generated from the programs in sdk by internal/codesamples; DO NOT EDIT.\n")
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(samples); err != nil {
		return nil, err
	}
	err := encoder.Close()
	return text.Bytes(), err
}
