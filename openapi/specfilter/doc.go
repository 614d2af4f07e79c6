// Package specfilter cuts an OpenAPI document down to the operations of some tags and
// the components that they reach, and writes it as YAML or JSON in its own order.
package specfilter
