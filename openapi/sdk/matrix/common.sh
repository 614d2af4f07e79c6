# What the rows of all languages share. A row.sh, or its language's common.sh, sources this file in the row's folder.
set -euo pipefail
exec 3>&1 >&2

# say writes a line of the row; everything else goes to standard error.
say() { echo "$*" >&3; }

# openapi_generator GENERATOR [OPTION…] generates the client into $WORK/client.
openapi_generator() {
  local version=7.26.0
  if [ "$(cat "$CACHE/../openapi-generator/version" 2>/dev/null)" != $version ]; then
    python3 -m venv --clear "$CACHE/../openapi-generator"
    "$CACHE/../openapi-generator/bin/pip" install --quiet --disable-pip-version-check --no-deps openapi-generator-cli==$version
    echo $version >"$CACHE/../openapi-generator/version"
  fi
  say version $version
  generate "$1" "$CONTRACT" "$WORK/client" "${@:2}"
  say generates
}

# generate GENERATOR INPUT OUTPUT OPTION…
generate() { "$CACHE/../openapi-generator/bin/openapi-generator-cli" generate -g "$1" -i "$2" -o "$3" "${@:4}"; }
