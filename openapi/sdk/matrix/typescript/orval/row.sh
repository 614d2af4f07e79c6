#!/usr/bin/env bash
. ../common.sh
version orval
"$bin/orval" --input "$CONTRACT" --output "$WORK/client.ts" --client fetch
say generates
compile
say compiles
call
