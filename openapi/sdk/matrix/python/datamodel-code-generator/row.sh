#!/usr/bin/env bash
. ../common.sh
version datamodel-code-generator

# generate DOCUMENT FILE OPTION… makes models of pydantic 2.
generate() { datamodel-codegen --input "$1" --output "$2" --output-model-type pydantic_v2.BaseModel "${@:3}"; }

mkdir "$WORK/reproduction"
generate reproduction.yaml "$WORK/reproduction/answer.py"
grep -E 'data: str($| =)' "$WORK/reproduction/answer.py"
if mypy "$WORK/reproduction/answer.py"; then exit 1; fi
rm -r "$WORK/reproduction"

generate "$CONTRACT" "$WORK/models.py" --strict-nullable --use-annotated
say generates
compile --strict models.py
call
say "note: models alone. Without \`--strict-nullable\` a required key is never null, without \`--use-annotated\` mypy refuses limits (\`constr(…)\`)"
say "note-zh: 只生成模型。没有 \`--strict-nullable\`，必填的键不会为 null；没有 \`--use-annotated\`，mypy 不接受限制（\`constr(…)\`）"
