package specfilter

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

// YAML writes the document as YAML; the same document gives the same bytes.
func (d Document) YAML() ([]byte, error) {
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(d.root); err != nil {
		return nil, fmt.Errorf("write the document as YAML: %w", err)
	}
	err := encoder.Close()
	return text.Bytes(), err
}

// JSON writes the document as JSON with its keys in the document's order, which
// a Go map would lose. It fails for what JSON cannot say the same way: a YAML
// number that is none in JSON, an alias.
func (d Document) JSON() ([]byte, error) {
	var text bytes.Buffer
	if err := writeJSON(jsontext.NewEncoder(&text), d.root); err != nil {
		return nil, fmt.Errorf("write the document as JSON: %w", err)
	}
	return text.Bytes(), nil
}

func writeJSON(to *jsontext.Encoder, node *yaml.Node) error {
	switch node.Kind {
	case yaml.MappingNode:
		return between(to, jsontext.BeginObject, node.Content, jsontext.EndObject, func(i int, part *yaml.Node) error {
			if i%2 == 0 { // a key is text, whatever it looks like: 200
				return to.WriteToken(jsontext.String(part.Value))
			}
			return writeJSON(to, part)
		})
	case yaml.SequenceNode:
		return between(to, jsontext.BeginArray, node.Content, jsontext.EndArray, func(_ int, part *yaml.Node) error {
			return writeJSON(to, part)
		})
	case yaml.ScalarNode:
		return writeScalar(to, node)
	}
	return fmt.Errorf("line %d is neither a mapping, a sequence nor a scalar", node.Line)
}

func between(to *jsontext.Encoder, begin jsontext.Token, parts []*yaml.Node, end jsontext.Token, write func(int, *yaml.Node) error) error {
	if err := to.WriteToken(begin); err != nil {
		return err
	}
	for i, part := range parts {
		if err := write(i, part); err != nil {
			return err
		}
	}
	return to.WriteToken(end)
}

// writeScalar copies numbers as they are written, so that none loses digits.
func writeScalar(to *jsontext.Encoder, node *yaml.Node) error {
	switch node.ShortTag() {
	case "!!null":
		return to.WriteToken(jsontext.Null)
	case "!!bool":
		var truth bool
		if err := node.Decode(&truth); err != nil {
			return err
		}
		return to.WriteToken(jsontext.Bool(truth))
	case "!!int", "!!float":
		return to.WriteValue(jsontext.Value(node.Value))
	}
	return to.WriteToken(jsontext.String(node.Value))
}
