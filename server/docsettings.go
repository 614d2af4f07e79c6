package server

import (
	"encoding/json"
	"errors"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"quartet/server/apierr"
	"quartet/server/dialect"
)

// pageSettings are what the explorer's script reads from settings.json.
type pageSettings struct {
	// Demo is set in a demonstration only.
	Demo *demoSettings `json:"demo,omitempty"`
	// Tags are those of the operations to show: under a base path those of the
	// dialects, because the others are served at the root only; all where empty.
	Tags    []string `json:"tags,omitempty"`
	Version string   `json:"version,omitempty"`
}

// demoSettings are who may be tried in a demonstration, and the relative references of its
// outbox, its reset and the console, "" where that is at another listener or switched off. They
// are at the root only: under a base path the page asks whether they are within its reach.
type demoSettings struct {
	People  []pagePerson `json:"people"`
	Outbox  string       `json:"outbox"`
	Reset   string       `json:"reset"`
	Console string       `json:"console,omitempty"`
}

// pagePerson is a user with the credentials for every security scheme of the contract,
// in the form in which Swagger UI stores them.
type pagePerson struct {
	ID         string         `json:"id"`
	Name       inBoth         `json:"name"`
	Authorized map[string]any `json:"authorized"`
}

// inBoth is a text in both languages.
type inBoth struct {
	Chinese string `json:"zh"`
	English string `json:"en"`
}

// settingsHandler sends the settings of the page at the root and under each base path.
func settingsHandler(contract *openapi3.T, o Options) (echo.HandlerFunc, error) {
	var err error
	under := map[string]echo.HandlerFunc{}
	for _, base := range append([]string{""}, o.BasePaths...) {
		text, failed := json.Marshal(settingsOf(contract, o, base))
		under[base], err = page(echo.MIMEApplicationJSON, text), errors.Join(err, failed)
	}
	return func(c echo.Context) error { return under[basePathOf(c)](c) }, err
}

func settingsOf(contract *openapi3.T, o Options, base string) pageSettings {
	settings := pageSettings{Version: o.Version}
	if base != "" {
		settings.Tags = o.Dialects.Names()
	}
	if o.Demo != nil {
		reference := func(path string) string { return relativeReference(base+docsPath, path) }
		settings.Demo = &demoSettings{Outbox: reference("/demo/outbox"), Reset: reference("/demo/reset")}
		if !o.AdminListener && !o.hasNoConsole() {
			settings.Demo.Console = reference(consolePath)
		}
		for _, p := range o.Demo.People {
			settings.Demo.People = append(settings.Demo.People, pagePerson{p.ID, inBoth{p.Chinese, p.English}, o.Demo.authorised(p, contract)})
		}
	}
	return settings
}

// authorised are the credentials of a person for each security scheme: the person's token,
// the demonstration's application or its secret.
func (d *Demo) authorised(who DemoPerson, contract *openapi3.T) map[string]any {
	schemes := map[string]any{}
	for name, scheme := range contract.Components.SecuritySchemes {
		var value any = who.AccessToken
		var places applicationPlaces
		places.read(scheme.Value)
		switch {
		case places.id:
			value = d.Application
		case places.secret:
			value = d.ApplicationSecret
		case places.basic:
			value = map[string]string{"username": d.Application, "password": d.ApplicationSecret}
		}
		schemes[name] = map[string]any{"name": name, "schema": scheme.Value, "value": value}
	}
	return schemes
}

// pageFailure is a kind of failure, with its number in each dialect.
type pageFailure struct {
	Symbol  apierr.Code      `json:"symbol"`
	HTTP    int              `json:"http"`
	Numbers map[string]int32 `json:"numbers"`
	Message inBoth           `json:"message"`
	Advice  inBoth           `json:"advice"`
}

func failuresJSON(dialects dialect.List) ([]byte, error) {
	failures := []pageFailure{}
	for _, row := range dialects.Reference() {
		failure := pageFailure{row.Symbol, row.HTTP, map[string]int32{}, inBoth{row.Chinese, row.English}, inBoth{row.AdviceChinese, row.AdviceEnglish}}
		for i, name := range dialects.Names() {
			failure.Numbers[name] = row.Numbers[i]
		}
		failures = append(failures, failure)
	}
	return json.Marshal(map[string]any{"failures": failures})
}
