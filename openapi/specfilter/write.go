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
// a Go map would lose. It returns an error for what has no equal in JSON: an alias,
// a number in another notation.
func (d Document) JSON() ([]byte, error) {
	var text bytes.Buffer
	if err := writeJSON(jsontext.NewEncoder(&text), d.root); err != nil {
		return nil, fmt.Errorf("write the document as JSON: %w", err)
	}
	return text.Bytes(), nil
}

func writeJSON(to *jsontext.Encoder, node *yaml.Node) error {
	begin, end := jsontext.BeginObject, jsontext.EndObject
	switch node.Kind {
	case yaml.ScalarNode:
		return writeScalar(to, node)
	case yaml.SequenceNode:
		begin, end = jsontext.BeginArray, jsontext.EndArray
	case yaml.MappingNode:
	default:
		return fmt.Errorf("line %d is neither a mapping, a sequence nor a scalar", node.Line)
	}
	if err := to.WriteToken(begin); err != nil {
		return err
	}
	for key, value := range members(node) {
		if node.Kind == yaml.MappingNode {
			if err := to.WriteToken(jsontext.String(key)); err != nil {
				return err
			}
		}
		if err := writeJSON(to, value); err != nil {
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
