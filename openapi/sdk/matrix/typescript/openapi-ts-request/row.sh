#!/usr/bin/env bash
. ../common.sh
version openapi-ts-request
cp "$CONTRACT_JSON" "$WORK/openapi.json"
(cd "$WORK" && "$bin/openapi" -i openapi.json -o client)
say generates
compile
say compiles
call
