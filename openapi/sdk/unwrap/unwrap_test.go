package main

import (
	"strings"
	"testing"

	"quartet/openapi"
)

// layer returns all files of a language in one text.
func layer(t *testing.T, language string, tags ...string) string {
	t.Helper()
	read, err := contract(openapi.Document, tags)
	if err != nil {
		t.Fatal(err)
	}
	files, err := written(language, read, settings{Types: "./types.js", Package: "org.example"})
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, text := range files {
		all.Write(text)
	}
	return all.String()
}

func TestTheLayerIsOfTheTagsAskedFor(t *testing.T) {
	for _, c := range []struct {
		language, tag string
		has           []string
		lacks         string
	}{
		{"typescript", "jfinal", []string{`from "./types.js"`, "updatePassword: (init:", "postUserDetail: (init?:", `jfinal: { success: { key: "state", value: "ok" }, message: `}, "yudao"},
		{"typescript", "oauth2", []string{"mergeHeaders(form, init.headers)", `oauth2: { message: "error_description", code: "error" }`}, "success: { key: \""},
		{"java", "jfinal", []string{"package org.example.unwrapped;", "public void updatePassword(UpdatePasswordForm body)", `record LoginData(
        @SerializedName("Jwt") String jwt) {`}, `@SerializedName("state")`},
		{"java", "yudao", []string{"public List<SessionInfo> listSessions()", "(MobileLoginRequest body, String xDeviceNumber)"}, "record "},
		{"java", "oauth2", []string{"introspectToken(String token, String tokenTypeHint)", "null, null, null, \"error_description\", \"error\""}, "Jfinal"},
	} {
		text := layer(t, c.language, c.tag)
		for _, want := range c.has {
			if !strings.Contains(text, want) {
				t.Errorf("%s of %s has no %q", c.language, c.tag, want)
			}
		}
		if strings.Contains(strings.ReplaceAll(text, "record Envelope", ""), c.lacks) {
			t.Errorf("%s of %s has %q", c.language, c.tag, c.lacks)
		}
	}
}

func TestUnusableContractsAreRefused(t *testing.T) {
	without := func(from, to string) []byte { return []byte(strings.Replace(string(openapi.Document), from, to, 1)) }
	for name, c := range map[string]struct {
		document []byte
		tag      string
	}{
		"an unknown tag":         {openapi.Document, "jfinall"},
		"a tag without envelope": {without("    x-envelope: {success: {key: state", "    x-was: {success: {key: state"), "jfinal"},
		"no result":              {without("data: result, message", "data: results, message"), "jeecg"},
	} {
		read, err := contract(c.document, []string{c.tag})
		if err == nil {
			_, err = written("java", read, settings{})
		}
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := written("cobol", nil, settings{}); err == nil {
		t.Error("another language: no error")
	}
}
