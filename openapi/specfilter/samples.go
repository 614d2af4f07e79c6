package specfilter

import "go.yaml.in/yaml/v3"

// WithSamples is the document with x-codeSamples at the operations that samples has by
// their operationId.
func (d Document) WithSamples(samples Document) Document {
	paths := replaced(member(d.root, "paths"), func(_ string, item *yaml.Node) *yaml.Node {
		return replaced(item, func(_ string, operation *yaml.Node) *yaml.Node {
			id := member(operation, "operationId")
			if id == nil {
				return operation // what all operations of the path share
			}
			own := member(samples.root, id.Value)
			if own == nil {
				return operation
			}
			sampled := *operation
			sampled.Content = append(sampled.Content[:len(sampled.Content):len(sampled.Content)], text("x-codeSamples"), own)
			return &sampled
		})
	})
	return d.with(paths, member(d.root, "components"))
}
