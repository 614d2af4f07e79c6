#!/usr/bin/env bash
. ../common.sh
version openapi-zod-client
"$bin/openapi-zod-client" "$CONTRACT" -o "$WORK/client.ts"
say generates
compile
say compiles
call
