#!/usr/bin/env bash
. ../../common.sh
openapi_generator rust
generate rust "$CONTRACT" "$WORK/middleware" --additional-properties supportMiddleware=true,packageName=middleware
cp Cargo.toml Cargo.lock main.rs "$WORK"
cd "$WORK"
export CARGO_TARGET_DIR=$CACHE/target CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=0
cargo build --locked
say compiles
"$CARGO_TARGET_DIR/debug/openapi-generator" >&3

# The header and the query of the reproduction are made of the same field.
cd - >/dev/null
generate rust reproduction.yaml "$WORK/reproduction"
api=$WORK/reproduction/src/apis/default_api.rs
grep -q '"X-Application"' "$api" && grep -q '"token"' "$api"
[ "$(grep -c '= configuration\.api_key' "$api")" = 2 ]
say 'note: a client has one `api_key` for all schemes, so the operation of document 002, which takes the id of an application and a token, needs `supportMiddleware=true`; elsewhere set `bearer_access_token` and no `api_key`, which would be sent as the application too; `main.rs` shows both'
say 'note-zh: 一个客户端的所有安全方案共用一个 `api_key`，所以文档 002 的接口（需要应用 ID 和令牌）要用 `supportMiddleware=true`；其他接口请设置 `bearer_access_token`，不要设置 `api_key`（否则它也会作为应用 ID 发送）。两种写法见 `main.rs`'
