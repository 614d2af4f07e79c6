#!/usr/bin/env bash
. ../common.sh
version @hey-api/openapi-ts
"$bin/openapi-ts" -i "$CONTRACT" -o "$WORK/client"
say generates
compile
say compiles
call
