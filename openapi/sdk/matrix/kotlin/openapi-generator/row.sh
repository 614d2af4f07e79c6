#!/usr/bin/env bash
. ../../java/common.sh
openapi_generator kotlin
cp pom.xml "$WORK"
mvn -q -B -f "$WORK/pom.xml" -Dprogram="$PWD" test-compile \
  org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath -Dmdep.outputFile="$WORK/classpath"
say compiles
java -cp "$WORK/target/classes:$WORK/target/test-classes:$(<"$WORK/classpath")" matrix.RowKt >&3
