// Gen writes codesamples.gen.yaml, the samples of code of each operation. go generate runs
// it in the folder of openapi.yaml.
package main

import (
	"log"
	"os"

	"quartet/openapi/internal/codesamples"
)

func main() {
	log.SetFlags(0)
	samples, err := codesamples.Read(os.DirFS("sdk"))
	if err != nil {
		log.Fatal(err)
	}
	text, err := codesamples.YAML(samples)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("codesamples.gen.yaml", text, 0o644); err != nil {
		log.Fatal(err)
	}
}
