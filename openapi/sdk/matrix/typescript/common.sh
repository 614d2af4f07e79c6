# The steps that the rows of TypeScript share. A row.sh sources this file in its own folder.
. ../../common.sh
bin=$CACHE/node_modules/.bin

packages() {
  cmp -s ../package-lock.json "$CACHE/installed" && return
  cp ../package.json ../package-lock.json "$CACHE"
  npm ci --prefix "$CACHE" --no-fund --no-audit
  cp ../package-lock.json "$CACHE/installed"
}

# version PACKAGE says which one is installed.
version() { say version "$(node -p "require('$CACHE/node_modules/$1/package.json').version")"; }

# compile OPTION… checks the types of all that was generated and of the row's own files.
compile() {
  cp ../common.ts ../tsconfig.json *.ts "$WORK"
  "$bin/tsc" -p "$WORK" "$@"
}

# call runs call.ts, which says how many calls and failures it reached.
call() { (cd "$WORK" && "$bin/tsx" call.ts >&3); }

packages
