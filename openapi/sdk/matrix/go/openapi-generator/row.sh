#!/usr/bin/env bash
. ../common.sh
openapi_generator go
module
# The generated module has a go.mod, but no versions in it; here it takes those of the rows.
(cd "$WORK" && GOFLAGS='' go work init . ./client)
export GOWORK=$WORK/go.work
compile ./client/...
call
