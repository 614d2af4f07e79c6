package completioncmd

import (
	"strings"

	"github.com/alecthomas/kong"
)

// candidate is a word that a command line can go on with.
type candidate struct{ word, meaning string }

// line is a command line as far as it is understood.
type line struct {
	command    *kong.Node
	positional int        // arguments so far
	flag       *kong.Flag // whose value comes next
	onlyArgs   bool       // after --
}

// complete lists the ways to complete the last of words; none where the program knows
// none, such as a file.
func complete(root *kong.Node, words []string) []candidate {
	if len(words) == 0 {
		words = []string{""}
	}
	words, split := joined(words)
	at := line{command: root}
	for _, word := range words[:len(words)-1] {
		at.read(word)
	}
	return at.candidates(words[len(words)-1], split)
}

// joined joins what bash splits at an equals sign: --role = mem. It reports whether the
// last word was split, so that only its value is to be completed.
func joined(words []string) (whole []string, split bool) {
	for i, word := range words {
		last := len(whole) - 1
		switch {
		case word == "=" && last >= 0 && strings.HasPrefix(whole[last], "--"):
			whole[last] += "="
		case i > 0 && words[i-1] == "=" && last >= 0 && strings.HasSuffix(whole[last], "="):
			whole[last] += word
		default:
			whole = append(whole, word)
		}
	}
	return whole, len(words) > 1 && (words[len(words)-1] == "=" || words[len(words)-2] == "=")
}

func (l *line) read(word string) {
	switch {
	case l.flag != nil:
		l.flag = nil
	case word == "--":
		l.onlyArgs = true
	case strings.HasPrefix(word, "-") && !l.onlyArgs:
		name, _, hasValue := strings.Cut(word, "=")
		if flag := l.find(name); flag != nil && !hasValue && !flag.IsBool() {
			l.flag = flag
		}
	default:
		for _, child := range l.command.Children {
			if child.Name == word && !l.onlyArgs {
				l.command, l.positional = child, 0
				return
			}
		}
		l.positional++
	}
}

func (l *line) find(name string) *kong.Flag {
	for _, group := range l.command.AllFlags(true) {
		for _, flag := range group {
			if "--"+flag.Name == name {
				return flag
			}
		}
	}
	return nil
}

func (l *line) candidates(word string, split bool) (all []candidate) {
	add := func(prefix, begun string, found ...candidate) {
		for _, c := range found {
			if strings.HasPrefix(c.word, begun) {
				all = append(all, candidate{prefix + c.word, c.meaning})
			}
		}
	}
	name, value, hasValue := strings.Cut(word, "=")
	switch {
	case l.flag != nil:
		add("", word, values(l.flag.Value)...)
	case strings.HasPrefix(word, "-") && !l.onlyArgs && hasValue:
		prefix := name + "="
		if split {
			prefix = ""
		}
		if flag := l.find(name); flag != nil {
			add(prefix, value, values(flag.Value)...)
		}
	case strings.HasPrefix(word, "-") && !l.onlyArgs:
		add("", word, l.flags()...)
	case len(l.command.Children) > 0:
		for _, child := range l.command.Children {
			if !child.Hidden {
				add("", word, candidate{child.Name, meaning(child.Help)})
			}
		}
	case l.positional < len(l.command.Positional):
		add("", word, values(l.command.Positional[l.positional])...)
	}
	return all
}

func (l *line) flags() (all []candidate) {
	for _, group := range l.command.AllFlags(true) {
		for _, flag := range group {
			all = append(all, candidate{"--" + flag.Name, meaning(flag.Help)})
			if flag.Tag.Negatable != "" {
				all = append(all, candidate{"--no-" + flag.Name, meaning(flag.Help)})
			}
		}
	}
	return all
}

func values(of *kong.Value) (all []candidate) {
	for _, value := range of.EnumSlice() {
		if value != "" {
			all = append(all, candidate{value, ""})
		}
	}
	return all
}

// meaning is the first sentence of a help text.
func meaning(help string) string {
	first, _, _ := strings.Cut(help, ". ")
	return strings.TrimSuffix(first, ".")
}
