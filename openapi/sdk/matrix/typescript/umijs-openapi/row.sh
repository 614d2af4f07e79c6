#!/usr/bin/env bash
. ../common.sh
version @umijs/openapi
cat >"$WORK/.openapi2tsrc.json" <<JSON
{"schemaPath": "$CONTRACT_JSON", "serversPath": ".", "requestLibPath": "import { request } from '../request'"}
JSON
(cd "$WORK" && "$bin/openapi2ts")
say generates
compile request.ts
say compiles
call
