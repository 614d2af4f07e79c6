#!/usr/bin/env bash
# openapi/renderings/check.sh REDOCLY   checks every rendering of every dialect with
# Redocly's recommended-strict rules and with openapi-spec-validator
#
# A tool that is missing is skipped, with CI=true it is a failure.
set -euo pipefail
cd "$(dirname "$0")/../.."
redocly=$1 here=openapi/renderings cache=bin/renderings
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# has TOOL HOW reports whether a tool is installed.
has() {
  command -v "$1" >/dev/null && return
  echo "skipped: the renderings, since $1 is missing. To run it: $2"
  [ "${CI:-}" != true ] || exit 1
  return 1
}

CGO_ENABLED=0 go build -o "$work/quartet" ./cmd/quartet
tags=$(sed -n 's/^  - name: //p' openapi/openapi.yaml)
for render in written client dereferenced openapi-3.1; do
  for tag in '' $tags; do
    for format in yaml json; do
      "$work/quartet" openapi --render "${render#written}" ${tag:+--tag "$tag"} --format $format >"$work/$render${tag:+.$tag}.$format"
    done
  done
  for language in zh en; do
    for format in yaml json; do
      "$work/quartet" openapi --render "${render#written}" --language $language --format $format >"$work/$render.$language.$format"
    done
  done
done

if has npx "install Node.js (https://nodejs.org)"; then
  npx --yes "$redocly" lint "$work"/*.yaml "$work"/written*.json --extends recommended-strict >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  echo "Redocly: $(ls "$work"/*.yaml "$work"/written*.json | wc -l) documents are valid"
fi
if has python3 "install Python 3.11 or newer with venv (apt-get install python3-venv)"; then
  if ! cmp -s $here/requirements.txt $cache/requirements.txt; then
    python3 -m venv --clear $cache
    $cache/bin/pip install --quiet --disable-pip-version-check --no-deps -r $here/requirements.txt
    cp $here/requirements.txt $cache/
  fi
  $cache/bin/openapi-spec-validator "$work"/*.json >"$work/log" || { cat "$work/log"; exit 1; }
  echo "openapi-spec-validator: $(ls "$work"/*.json | wc -l) documents are valid"
fi
