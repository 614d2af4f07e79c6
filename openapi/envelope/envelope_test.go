package envelope_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi/envelope"
)

func TestEnvelopesOfTags(t *testing.T) {
	t.Parallel()
	document, err := openapi3.NewLoader().LoadFromData([]byte(`
openapi: 3.0.3
info: {title: Books, version: '1'}
paths: {}
tags:
  - name: shelves
    x-envelope: {success: {key: code, value: 200}, data: data, message: msg, code: code}
  - name: loans
    x-envelope: {message: message, code: status}
  - name: plain
  - {name: other, x-envelope: [code]}
`))
	if err != nil {
		t.Fatal(err)
	}
	all := envelope.All(document)
	if len(all) != 2 {
		t.Errorf("got %v", all)
	}
	shelves, loans := all["shelves"], all["loans"]
	for text, success := range map[string]bool{`{"code":200}`: true, `{"code":"200"}`: true, `{"code":500}`: false, `{"code":null}`: false} {
		var answer map[string]any
		if err := json.Unmarshal([]byte(text), &answer); err != nil {
			t.Fatal(err)
		}
		if isThere, says := shelves.Says(answer); !isThere || says != success {
			t.Errorf("%s: %v, %v", text, isThere, says)
		}
		if isThere, _ := loans.Says(answer); isThere {
			t.Errorf("%s tells how a loan went", text)
		}
	}
	if keys := shelves.Keys(true); !slices.Equal(keys, []string{"code", "msg"}) {
		t.Errorf("got %v", keys)
	}
	if keys := loans.Keys(false); !slices.Equal(keys, []string{"status"}) {
		t.Errorf("got %v", keys)
	}
}
