// Genrequests writes requests.gen.json, the part of openapi.yaml that requests are
// checked by. go generate runs it in the folder of both.
package main

import (
	"log"
	"os"

	"quartet/openapi/specfilter"
)

func main() {
	log.SetFlags(0)
	text, err := os.ReadFile("openapi.yaml")
	if err != nil {
		log.Fatal(err)
	}
	document, err := specfilter.Read(text)
	if err != nil {
		log.Fatal(err)
	}
	requests, err := document.Requests().JSON()
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("requests.gen.json", requests, 0o644); err != nil {
		log.Fatal(err)
	}
}
