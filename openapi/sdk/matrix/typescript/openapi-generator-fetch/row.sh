#!/usr/bin/env bash
. ../common.sh
openapi_generator typescript-fetch
say generates
compile
say compiles
call
