#!/usr/bin/env bash
. ../common.sh
version openapi-python-client
openapi-python-client generate --path "$CONTRACT" --meta none --output-path "$WORK/client"
say generates
compile --strict client
call
say "note: with ruff 0.15, which the tool runs over its output; ruff 0.17 writes types there that mypy refuses"
say "note-zh: 工具用 ruff 处理输出，须为 0.15；ruff 0.17 写出的类型 mypy 不接受"
