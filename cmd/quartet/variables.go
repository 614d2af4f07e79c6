package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/alecthomas/kong"
)

// variablePrefix begins the environment variables of the program's options.
const variablePrefix = "QUARTET_"

// unknownVariable is an environment variable that looks like an option of this program and
// is none, and the option that is meant, "" if none is near.
type unknownVariable struct{ name, nearest string }

func (v unknownVariable) hint() string {
	if v.nearest == "" {
		return ""
	}
	return "; did you mean " + v.nearest + "?"
}

// unknownVariables finds what is no option: an operator who has limited something would
// otherwise not learn that the option is gone or misspelt.
func unknownVariables(parser *kong.Kong, environment []string) (unknown []unknownVariable) {
	known := map[string]bool{weChatSecretVariable: true, smsSecretVariable: true, fallbackSecretVariable: true}
	addVariables(known, parser.Model.Node)
	complete := false
	for _, variable := range environment {
		name, _, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, variablePrefix) || strings.HasPrefix(name, "QUARTET_TEST_") || known[name] {
			continue
		}
		if !complete { // it may be another command's
			addVariables(known, newParser(&commands{}).Model.Node)
			complete = true
		}
		if !known[name] {
			unknown = append(unknown, unknownVariable{name, nearest(name, known)})
		}
	}
	return unknown
}

// nearest is the known variable that differs in the fewest letters, "" if all differ in
// more than a third of them.
func nearest(name string, known map[string]bool) (found string) {
	least := (len(name)-len(variablePrefix))/3 + 1
	for _, candidate := range slices.Sorted(maps.Keys(known)) {
		if distance := levenshtein.ComputeDistance(name, candidate); distance < least {
			found, least = candidate, distance
		}
	}
	return found
}

func addVariables(known map[string]bool, node *kong.Node) {
	for _, flag := range node.Flags {
		for _, name := range flag.Envs {
			known[name] = true
		}
	}
	for _, child := range node.Children {
		addVariables(known, child)
	}
}
