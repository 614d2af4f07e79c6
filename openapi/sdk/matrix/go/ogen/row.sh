#!/usr/bin/env bash
. ../common.sh
version github.com/ogen-go/ogen
generate() { go tool ogen --target "$WORK/$2" --package "$2" "$1"; }

generate "$CONTRACT" client
say generates
module
compile
call 5 3

generate reproduction.yaml reproduction
cat >"$WORK/reproduction/decode_test.go" <<'GO'
package reproduction

import "testing"

func TestNull(t *testing.T) {
	if err := new(Answer).UnmarshalJSON([]byte(`{"data": null}`)); err == nil {
		t.Error("null is taken")
	}
}
GO
(cd "$WORK" && go test ./reproduction)
say "note: the tool reads no \`null\` where an object without properties is \`nullable\`, so the failures of yudao and jeecg cannot be read"
say "note-zh: 工具不接受带 \`nullable\`、没有属性的对象为 \`null\`，所以 yudao 和 jeecg 的失败读不了"
