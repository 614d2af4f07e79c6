#!/usr/bin/env bash
. ../common.sh
openapi_generator typescript-fetch
compile
say compiles
call
