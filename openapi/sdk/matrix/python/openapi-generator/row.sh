#!/usr/bin/env bash
. ../common.sh
version openapi-generator-cli
openapi-generator-cli generate -g python -i "$CONTRACT" -o "$WORK" --package-name client
say generates
# The generated pyproject.toml says how mypy checks the client; it leaves out the generated tests.
compile --config-file pyproject.toml client
call
