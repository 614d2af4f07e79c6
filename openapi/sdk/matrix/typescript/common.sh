# The steps that all rows share. A row.sh sources this file in its own folder.
set -euo pipefail
exec 3>&1 >&2
bin=$CACHE/node_modules/.bin

say() { echo "$*" >&3; }

packages() {
  cmp -s ../package-lock.json "$CACHE/installed" && return
  cp ../package.json ../package-lock.json "$CACHE"
  npm ci --prefix "$CACHE" --no-fund --no-audit
  cp ../package-lock.json "$CACHE/installed"
}

# version PACKAGE says which one is installed.
version() { say version "$(node -p "require('$CACHE/node_modules/$1/package.json').version")"; }

# openapi_generator GENERATOR runs it.
openapi_generator() {
  local version=7.26.0
  if [ ! -e "$CACHE/venv/$version" ]; then
    rm -rf "$CACHE/venv"
    python3 -m venv "$CACHE/venv"
    "$CACHE/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps openapi-generator-cli==$version
    touch "$CACHE/venv/$version"
  fi
  say version $version
  "$CACHE/venv/bin/openapi-generator-cli" generate -g "$1" -i "$CONTRACT" -o "$WORK/client"
}

# compile OPTION… checks the types of all that was generated and of the row's own files.
compile() {
  cp ../common.ts ../tsconfig.json *.ts "$WORK"
  "$bin/tsc" -p "$WORK" "$@"
}

# call runs call.ts, which says how many calls and failures it reached.
call() { (cd "$WORK" && "$bin/tsx" call.ts >&3); }

packages
