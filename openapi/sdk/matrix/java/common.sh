# The steps that the rows of Java share. A row.sh sources this file in its own folder.
set -euo pipefail
exec 3>&1 >&2

say() { echo "$*" >&3; }

# openapi_generator GENERATOR [OPTION…] runs it.
openapi_generator() {
  local version=7.26.0
  if [ ! -e "$CACHE/venv/$version" ]; then
    rm -rf "$CACHE/venv"
    python3 -m venv "$CACHE/venv"
    "$CACHE/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps openapi-generator-cli==$version
    touch "$CACHE/venv/$version"
  fi
  say version $version
  "$CACHE/venv/bin/openapi-generator-cli" generate -g "$@" -i "$CONTRACT" -o "$WORK/client"
  say generates
}

# compile takes the pom.xml that is generated, which names the versions of all that the client
# needs, for the client with its tests, and then the calling program, without a warning.
compile() {
  mvn -q -B -f "$WORK/client/pom.xml" test-compile \
    org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath -Dmdep.outputFile="$WORK/classpath"
  classpath=$WORK/client/target/classes:$(<"$WORK/classpath")
  javac --release 17 -Xlint:all,-classfile,-path,-processing -Werror -cp "$classpath" -d "$WORK/classes" ../*.java ./*.java
  say compiles
}

# call runs Row.java, which says how many calls and failures it reached.
call() { java -cp "$WORK/classes:$classpath" matrix.Row >&3; }

# row LIBRARY is all of a row.
row() {
  openapi_generator java --library "$1"
  compile
  call
}
