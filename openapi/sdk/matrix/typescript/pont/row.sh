#!/usr/bin/env bash
. ../common.sh
version pont-engine

# generate DOCUMENT FOLDER serves the document as JSON, which pont reads by HTTP alone.
generate() {
  mkdir -p "$2"
  NODE_PATH=$CACHE/node_modules node serve.cjs "$1" >"$2/address" &
  local server=$!
  until [ -s "$2/address" ]; do sleep 0.1; done
  cat >"$2/pont-config.json" <<JSON
{"originUrl": "$(cat "$2/address")", "originType": "SwaggerV3", "outDir": "./client", "templatePath": "./template", "templateType": "fetch"}
JSON
  (cd "$2" && "$bin/pont" generate) || { kill $server; return 1; }
  kill $server
  rm -r "$2/template.ts" "$2/node_modules"
}

generate "$CONTRACT_JSON" "$WORK"
say generates
compile --strict false
say compiles
call
generate reproduction.yaml "$WORK/reproduction"
grep -q 'class User {}' "$WORK/reproduction/client/api.d.ts"
grep -q 'class State {}' "$WORK/reproduction/client/api.d.ts"
say "note: an \`allOf\` and a named string or number are empty classes, so that their answers have no types; not for \`strict\`"
say "note-zh: \`allOf\` 以及有名称的字符串或数字成为空的类，所以这些响应没有类型；不支持 \`strict\`"
