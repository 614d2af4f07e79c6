#!/usr/bin/env bash
. ../common.sh
version=7.26.0
if [ ! -e "$CACHE/venv/$version" ]; then
  rm -rf "$CACHE/venv"
  python3 -m venv "$CACHE/venv"
  "$CACHE/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps openapi-generator-cli==$version
  touch "$CACHE/venv/$version"
fi
say version $version
"$CACHE/venv/bin/openapi-generator-cli" generate -g go -i "$CONTRACT" -o "$WORK/client" \
  --git-host matrix.example --git-user-id quartet --git-repo-id client --package-name client
say generates
module
# The generated module has a go.mod, but no versions in it; here it takes those of the rows.
(cd "$WORK" && GOFLAGS='' go work init . ./client)
export GOWORK=$WORK/go.work
compile ./client/...
call
