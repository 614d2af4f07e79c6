#!/usr/bin/env bash
. ../common.sh
version openapi-typescript
"$bin/openapi-typescript" "$CONTRACT" -o "$WORK/client.ts"
say generates
compile
say compiles
call
