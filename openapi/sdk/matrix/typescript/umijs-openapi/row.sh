#!/usr/bin/env bash
. ../common.sh
version @umijs/openapi

# generate DOCUMENT FOLDER, with the request function of request.ts.
generate() {
  mkdir -p "$2"
  cat >"$2/.openapi2tsrc.json" <<JSON
{"schemaPath": "$1", "serversPath": ".", "requestLibPath": "import { request } from '../request'"}
JSON
  (cd "$2" && "$bin/openapi2ts")
}

generate "$CONTRACT_JSON" "$WORK"
say generates
compile --skipLibCheck
say compiles
call
NODE_PATH=$CACHE/node_modules node -p 'JSON.stringify(require("yaml").parse(fs.readFileSync(0, "utf8")))' <reproduction.yaml >"$WORK/reproduction.json"
generate "$WORK/reproduction.json" "$WORK/reproduction"
grep -q 'type Id = integer;' "$WORK/reproduction/api/typings.d.ts"
say "note: a named integer is \`type Id = integer\`, which does not exist; \`skipLibCheck\`, the default of its projects, passes over it"
say "note-zh: 有名称的整数写成 \`type Id = integer\`，而这个类型不存在；其项目默认的 \`skipLibCheck\` 会略过"
