# The steps that the rows of Java share. A row.sh sources this file in its own folder.
. ../../common.sh

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
