# The steps that the rows of Python share. A row.sh sources this file in its own folder.
. ../../common.sh

packages() {
  cmp -s ../requirements.txt "$CACHE/venv/requirements.txt" && return
  rm -rf "$CACHE/venv"
  python3 -m venv "$CACHE/venv"
  "$CACHE/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps -r ../requirements.txt
  cp ../requirements.txt "$CACHE/venv"
}

# version PACKAGE says which one is installed.
version() { say version "$(sed -n "s/^$1==//p" ../requirements.txt)"; }

# compile OPTION… checks the types of all that was generated and of the calling program, which
# is checked strictly; what the tool generates is, with the options.
compile() {
  cp ../common.py call.py "$WORK"
  (cd "$WORK" && python -m compileall -q . && mypy "$@" && mypy --strict --follow-imports=silent call.py common.py)
  say compiles
}

# call runs call.py, which says how many calls and failures it reached.
call() { (cd "$WORK" && python -W error call.py >&3); }

packages
export PATH="$CACHE/venv/bin:$PATH"
