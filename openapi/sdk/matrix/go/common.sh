# The steps that the rows of Go share. A row.sh sources this file in its own folder.
. ../../common.sh
export GOFLAGS=-mod=readonly GOWORK=off

# version MODULE says which one go.mod has.
version() { say version "$(go list -m -f '{{.Version}}' "$1" | sed 's/^v//')"; }

# module gives the folder of the generated client the versions of go.mod, and the calling program.
module() { cp ../go.mod ../go.sum ../common.go call.go "$WORK"; }

# compile vets all that was generated and the calling program.
compile() {
  (cd "$WORK" && go vet ./... "$@" && go build -o call .)
  say compiles
}

# call [CALLS FAILURES] runs the program, which says how many it reached, and fails if it is another number.
call() { "$WORK/call" "${1:-5}" "${2:-5}" >&3; }
