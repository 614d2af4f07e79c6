# What rows with openapi-generator share. A row.sh sources this file in its own folder.
set -euo pipefail
exec 3>&1 >&2

# say writes a line of the row; everything else goes to standard error.
say() { echo "$*" >&3; }

# openapi_generator GENERATOR generates the client into $WORK/client.
openapi_generator() {
  local version=7.26.0 venv=$CACHE/../openapi-generator
  if [ ! -e "$venv/$version" ]; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps openapi-generator-cli==$version
    touch "$venv/$version"
  fi
  say version $version
  "$venv/bin/openapi-generator-cli" generate -g "$1" -i "$CONTRACT" -o "$WORK/client"
  say generates
}
