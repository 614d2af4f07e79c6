#!/usr/bin/env bash
. ../common.sh
openapi_generator typescript-axios
compile
say compiles
call
