#!/usr/bin/env bash
# openapi/sdk/run.sh generate   generates a client of the contract in each language
# openapi/sdk/run.sh test       and runs a program with each against two demonstration servers,
#                               one of which answers failures with the status 200
#
# A language whose tools are missing is skipped, with CI=true it is a failure.
set -euo pipefail
cd "$(dirname "$0")/../.."
sdk=$PWD/openapi/sdk
work=$(mktemp -d)
servers=()
finish() { [ ${#servers[@]} = 0 ] || kill "${servers[@]}" 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT

# quietly shows what a command says only if it fails.
quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log"; echo "failed: $*"; return 1; }; }

# has LANGUAGE HOW TOOL… reports whether the tools of a language are installed.
has() {
  local language=$1 how=$2 tool; shift 2
  for tool; do
    command -v "$tool" >/dev/null && continue
    echo "skipped: $language, since $tool is missing. To run it: $how"
    [ "${CI:-}" != true ] || exit 1
    return 1
  done
}
has_typescript() { has typescript "install Node.js 20.19 or newer (https://nodejs.org)" node npm; }
has_java() { has java "install JDK 17 or newer, Maven and Python 3.11 (apt-get install openjdk-17-jdk-headless maven python3-venv)" java javac mvn python3; }
has_python() { has python "install Python 3.11 or newer with venv, and Java 17 for the generator (apt-get install python3-venv openjdk-17-jre-headless)" python3 java; }

packages_typescript() {
  [ node_modules/.package-lock.json -nt package-lock.json ] || quietly npm ci --no-fund --no-audit
}

# packages_python also brings openapi-generator, which makes the Java client too.
packages_python() {
  cmp -s requirements.txt .venv/requirements.txt && return
  rm -rf .venv
  quietly python3 -m venv .venv
  quietly .venv/bin/pip install --disable-pip-version-check --no-deps -r requirements.txt
  cp requirements.txt .venv/
}

# made_of_contract LANGUAGE TARGET runs openapi-generator as the language's generator.yaml says.
made_of_contract() {
  (cd "$sdk/python" && packages_python)
  rm -rf "${sdk:?}/$1/$2"
  go run ./cmd/quartet openapi --render client >"$sdk/client.yaml"
  quietly "$sdk/python/.venv/bin/openapi-generator-cli" generate -c "openapi/sdk/$1/generator.yaml"
}

generate_typescript() {
  (cd "$sdk/typescript" && packages_typescript && rm -rf generated && quietly npm run generate)
  go run ./openapi/sdk/unwrap -language typescript -o "$sdk/typescript/generated"
}
generate_java() {
  made_of_contract java client
  go run ./openapi/sdk/unwrap -language java -o "$sdk/java/client/src/main/java/quartet/client/unwrapped"
}
generate_python() { made_of_contract python generated; }

# samples LANGUAGE COMMAND… runs a program that calls every operation once and prints a value of each
# answer, on a line of its own. The first super administrator is set up at a server of its own, whose
# one-time address is in a file beside the keys.
samples() {
  local language=$1 expected folder address server failed=; shift
  expected=$(grep -c '^[a-zA-Z]*:$' openapi/codesamples.gen.yaml)
  folder=$(mktemp -d "$work/new.XXXX")
  "$work/quartet" serve --addr 127.0.0.1:0 --admin-addr 127.0.0.1:0 \
    --database "sqlite:$folder/quartet.db" --keys "$folder/keys" >"$folder/log" 2>&1 &
  server=$!
  for _ in $(seq 300); do [ -s "$folder/keys.setup" ] || sleep 0.1; done
  address=$(<"$folder/keys.setup")
  SETUP_URL=${address%/console/*} SETUP_TOKEN=${address##*token=} "$@" >"$work/samples" || failed=$?
  kill "$server"
  [ -z "$failed" ] || { cat "$work/samples"; return "$failed"; }
  if [ "$(wc -l <"$work/samples")" -ne "$expected" ] || grep -qxE '|null|undefined|None|<nil>|0|false|False|\[ *\]' "$work/samples"; then
    cat "$work/samples"; echo "failed: the samples in $language do not print $expected values"; return 1
  fi
  echo "$language: $expected samples run"
}

test_typescript() {
  cd "$sdk/typescript"
  rm -rf build
  quietly npm run build
  npm run --silent start
  npm run --silent document002 >"$work/document002"
  grep -q '"status":"success"' "$work/document002" || { cat "$work/document002"; return 1; }
  cd ../../.. && samples typescript node openapi/sdk/typescript/build/samples.js
}
# Maven resets colours even without colour output.
without_colours() { sed $'s/\033\\[[0-9;]*m//g'; }
samples_java() { mvn -q -B -f openapi/sdk/java exec:java -Dexec.mainClass=day.Samples | without_colours; }
test_java() {
  (cd "$sdk/java" && mvn -q -B clean test-compile exec:java | without_colours)
  samples java samples_java
}
test_python() {
  cd "$sdk/python"
  MYPYPATH=generated quietly .venv/bin/mypy day.py samples.py
  export PYTHONPATH=$sdk/python/generated
  .venv/bin/python -W error day.py
  cd ../../.. && samples python "$sdk/python/.venv/bin/python" -W error "$sdk/python/samples.py"
}
test_go() {
  go vet ./openapi/sdk/go/...
  go run ./openapi/sdk/go/day
  samples go go run ./openapi/sdk/go/samples
}

# start_server VARIABLE FLAG… runs the demonstration on a free port and an empty database, and sets the variable to its URL.
start_server() {
  local variable=$1 url; shift
  "$work/quartet" serve --demo --addr 127.0.0.1:0 --database "sqlite:$work/$variable.db" "$@" >"$work/welcome.$variable" 2>"$work/server.log" &
  servers+=($!)
  for _ in $(seq 300); do
    url=$(grep -o 'http://127.0.0.1:[0-9]*' "$work/welcome.$variable" | head -n 1) && export "$variable=$url" && return
    kill -0 "${servers[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  cat "$work/welcome.$variable" "$work/server.log"
  return 1
}

case "${1:-}" in
generate)
  for language in typescript java python; do
    "has_$language" || continue
    "generate_$language"
    echo "openapi/sdk/$language: generated"
  done
  go generate ./openapi/sdk/go && echo "openapi/sdk/go: generated" ;;
test)
  go build -o "$work/quartet" ./cmd/quartet
  start_server BASE_URL
  start_server LEGACY_URL --legacy-status jeecg,yudao,cas,ruoyi,jfinal
  for language in typescript java python; do
    "has_$language" || continue
    "generate_$language"
    ("test_$language")
  done
  test_go
  if has curl "install curl 7.82 or newer (apt-get install curl)" curl; then samples curl openapi/sdk/curl/samples.sh; fi ;;
*)
  sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
