#!/usr/bin/env bash
. ../common.sh
openapi_generator typescript-axios
say generates
compile
say compiles
call
