package importmerge

import (
	"maps"
	"slices"
)

// Merge compares what an import says of a person (there) with what is stored (here) and
// with what the last import said.
type Merge struct {
	Record Record
	Digest Digest
	// Untouched means that nobody has changed the person since the last import. It
	// decides where there is no record.
	Untouched bool
	// All takes what was set here meanwhile for changed by the import too.
	All bool
}

// Result is the outcome of a merge, each list in alphabetical order.
type Result struct {
	Take []string // fields that the import changes
	Kept []string // fields that differ, and were set here
}

// Compare merges the fields. A field is taken if the import says something new of it and
// what is stored is still what the last import said, or nothing.
func (m Merge) Compare(there, here Fields) (result Result) {
	for _, field := range slices.Sorted(maps.Keys(there)) {
		switch was, is := here[field], there[field]; {
		case is == "", is == was:
		case m.All, m.asImported(field, was) && !m.Record.Has(field, is, m.Digest):
			result.Take = append(result.Take, field)
		case !m.Record.Has(field, is, m.Digest):
			result.Kept = append(result.Kept, field)
		}
	}
	return result
}

// asImported reports whether what is stored is what the last import said.
func (m Merge) asImported(field, here string) bool {
	switch {
	case m.Record == "":
		return m.Untouched || here == ""
	case m.Record.says(field):
		return m.Record.Has(field, here, m.Digest)
	default:
		return here == ""
	}
}

// After is the record after the fields of there were taken or found to be stored. Those
// that are left out stay as they were, so that the next import tells them again.
func (m Merge) After(there Fields, leftOut ...string) Record {
	record := m.Record
	for _, field := range slices.Sorted(maps.Keys(there)) {
		if there[field] != "" && !slices.Contains(leftOut, field) && !record.Has(field, there[field], m.Digest) {
			record = record.with(field, there[field], m.Digest)
		}
	}
	return record
}
