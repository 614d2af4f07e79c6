package specfilter_test

import (
	"strings"
	"testing"

	"quartet/openapi"
)

func TestOnlyRemovesLinksToOtherOperations(t *testing.T) {
	t.Parallel()
	text, err := read(t, openapi.Document).Only("jfinal").YAML()
	must(t, err)
	responses := loaded(t, text).Paths.Value("/api/user/create").Post.Responses
	if links := responses.Value("200").Value.Links; links["detail"] == nil {
		t.Errorf("a link inside the dialect is gone: %v", links)
	}
	signIn := loaded(t, text).Paths.Value("/api/user/login").Post.Responses.Value("200").Value
	if len(signIn.Links) != 0 || strings.Contains(string(text), "listSessions") {
		t.Errorf("links to other dialects are left: %v", signIn.Links)
	}
}
