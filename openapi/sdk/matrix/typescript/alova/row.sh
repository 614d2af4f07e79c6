#!/usr/bin/env bash
. ../common.sh
version @alova/wormhole

# generate DOCUMENT FOLDER
generate() {
  mkdir -p "$2"
  cp ../package.json ../tsconfig.json alova.config.cjs "$2"
  (cd "$2" && CONTRACT_JSON=$1 "$bin/alova" gen)
}

generate "$CONTRACT_JSON" "$WORK"
say generates
compile
say compiles
call
generate "$PWD/reproduction.yaml" "$WORK/reproduction"
grep -q 'interface User ' "$WORK/reproduction/client/globals.d.ts"
if grep 'Failure {' "$WORK/reproduction/client/globals.d.ts"; then exit 1; fi
say "note: generates no types of failures"
say "note-zh: 不生成失败的类型"
