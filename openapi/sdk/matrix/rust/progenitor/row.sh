#!/usr/bin/env bash
. ../../common.sh
say "version $(sed -n 's/^progenitor = "=\(.*\)"/\1/p' Cargo.toml)"
cp Cargo.toml Cargo.lock main.rs "$WORK"
cp "$CONTRACT_JSON" "$WORK/client.json"
cd "$WORK"
export CARGO_TARGET_DIR=$CACHE/target CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=0
cargo build --locked
say generates
say compiles
"$CARGO_TARGET_DIR/debug/progenitor" >&3
