#!/usr/bin/env bash
. ../common.sh
version github.com/oapi-codegen/oapi-codegen/v2

# generate DOCUMENT FOLDER OPTION… makes a package of a document.
generate() { mkdir -p "$2" && go tool oapi-codegen -generate types,client -package client -o "$2/client.gen.go" "${@:3}" "$1"; }

generate reproduction.yaml "$WORK/reproduction"
module
refusal=$(cd "$WORK" && ! go build ./reproduction 2>&1)
grep 'CreateUserResponse redeclared' <<<"$refusal"
rm -r "$WORK/reproduction"
generate "$CONTRACT" "$WORK/client" -response-type-suffix Answer
say generates
compile
call
say "note: the tool names the answer of an operation \`createUser\` as the schema \`CreateUserResponse\`, so \`-response-type-suffix Answer\` is needed"
say "note-zh: 工具给接口 \`createUser\` 的响应起的名称与模式 \`CreateUserResponse\` 相同，所以需要 \`-response-type-suffix Answer\`"
