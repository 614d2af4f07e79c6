#!/usr/bin/env bash
. ../common.sh
version swagger-typescript-api
"$bin/swagger-typescript-api" generate -p "$CONTRACT" -o "$WORK" -n client.ts
say generates
compile
say compiles
call
