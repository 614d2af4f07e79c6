package replay

import (
	"bytes"
	_ "embed" // the demonstration's fixtures
	"fmt"
	"maps"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"

	"quartet/openapi/check/contract"
)

// Fixtures describe a server's data: whose tokens requests carry, and what is sent
// in place of the documented values. openapi/CHECK.md explains the format.
type Fixtures struct {
	Application string `yaml:"application"`
	// ApplicationSecret is a secret of Application.
	ApplicationSecret string                `yaml:"applicationSecret"`
	Credentials       map[string]Credential `yaml:"credentials"` // by role
	// Administrators are globs of OPERATION/EXAMPLE, or of paths, that are sent as an
	// administrator.
	Administrators []string `yaml:"administrators"`
	// Values are sent in place of a documented value, wherever it is.
	Values map[string]any `yaml:"values"`
	// Examples are the fields of one OPERATION, or one OPERATION/EXAMPLE.
	Examples map[string]map[string]any `yaml:"examples"`
	Last     []string                  `yaml:"last"` // operations that use up what others need
	Free     []string                  `yaml:"free"` // names or JSON pointers whose values are not compared
	Skip     map[string]string         `yaml:"skip"` // globs of OPERATION or OPERATION/EXAMPLE: why

	isDemo bool
}

// Credential is a token, or how to sign in for one.
type Credential struct {
	Token     string         `yaml:"token"`
	Operation string         `yaml:"operation"` // whose example ok signs in
	Fields    map[string]any `yaml:"fields"`    // of that example
	Take      string         `yaml:"take"`      // JSON pointer of the token in the answer
}

//go:embed demo.yaml
var demo []byte

// Demo are the fixtures of quartet serve --demo.
func Demo(variable func(string) (string, bool)) (Fixtures, error) {
	f, err := ReadFixtures(demo, variable)
	f.isDemo = true
	return f, err
}

// Fit reports whether a document has the operations that the fixtures sign in by.
func (f Fixtures) Fit(spec contract.Contract) bool {
	for _, credential := range f.Credentials {
		if _, known := spec.Operation(credential.Operation); !known && credential.Operation != "" {
			return false
		}
	}
	return true
}

// ReadFixtures reads fixtures in YAML or JSON. ${NAME} in a text is replaced by the
// variable of that name; an unknown one is an error.
func ReadFixtures(text []byte, variable func(name string) (string, bool)) (Fixtures, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return Fixtures{}, err
	}
	if err := expand(&document, variable); err != nil {
		return Fixtures{}, err
	}
	expanded, err := yaml.Marshal(&document)
	if err != nil {
		return Fixtures{}, err
	}
	var f Fixtures
	decoder := yaml.NewDecoder(bytes.NewReader(expanded))
	decoder.KnownFields(true)
	if err := decoder.Decode(&f); err != nil {
		return Fixtures{}, err
	}
	return f, f.check()
}

var reference = regexp.MustCompile(`\$\{(\w+)\}`)

func expand(node *yaml.Node, variable func(string) (string, bool)) (err error) {
	if node.Kind == yaml.ScalarNode {
		expanded := reference.ReplaceAllStringFunc(node.Value, func(match string) string {
			name := reference.FindStringSubmatch(match)[1]
			value, ok := variable(name)
			if !ok {
				err = fmt.Errorf("line %d: there is no variable %s", node.Line, name)
			}
			return value
		})
		if expanded != node.Value {
			node.SetString(expanded)
		}
		return err
	}
	for _, child := range node.Content {
		if err := expand(child, variable); err != nil {
			return err
		}
	}
	return nil
}

func (f Fixtures) check() error {
	for _, role := range slices.Sorted(maps.Keys(f.Credentials)) {
		c := f.Credentials[role]
		if (c.Token == "") == (c.Operation == "") || c.Operation != "" && c.Take == "" {
			return fmt.Errorf("credentials.%s needs either token, or operation and take", role)
		}
	}
	globs := Selection{Only: slices.Concat(f.Administrators, slices.Collect(maps.Keys(f.Skip)))}
	return globs.Check()
}

func (f Fixtures) application() contract.Application {
	return contract.Application{ID: f.Application, Secret: f.ApplicationSecret}
}

func (f Fixtures) role(c Case) string {
	if slices.ContainsFunc(f.Administrators, func(glob string) bool { return matches(glob, c.name()) || matches(glob, c.Operation.Path) }) {
		return RoleAdministrator
	}
	return RoleUser
}

// skipped is the reason why a case is not sent, "" where it is.
func (f Fixtures) skipped(c Case) string {
	for _, glob := range slices.Sorted(maps.Keys(f.Skip)) {
		if c.matches(glob) {
			return f.Skip[glob]
		}
	}
	return ""
}

// replace takes the values given before those of the fixtures, in this order: of
// the example, of the operation, of the documented value.
func (f Fixtures) replace(operation, example string, given map[string]any) contract.ReplaceFunc {
	return func(name string, documented any) any {
		for _, fields := range []map[string]any{given, f.Examples[operation+"/"+example], f.Examples[operation]} {
			if value, ok := fields[name]; ok {
				return value
			}
		}
		value, ok := f.Values[contract.Text(documented)]
		if !ok {
			return documented
		}
		if _, wasText := documented.(string); wasText {
			return contract.Text(value)
		}
		return value
	}
}
