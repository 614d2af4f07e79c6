// Package importmerge remembers what an import said of a person, as keyed digests, and
// decides at the next import which fields are new and which were set here meanwhile.
package importmerge
