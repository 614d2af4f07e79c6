#!/usr/bin/env bash
. ../common.sh
version @alova/wormhole
cp ../package.json alova.config.ts "$WORK"
(cd "$WORK" && "$bin/alova" gen)
say generates
compile
say compiles
call
