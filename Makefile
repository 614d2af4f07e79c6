# Targets need only Go, except where their help says otherwise; make lint skips checks whose tools are missing.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.8.0
BENCHSTAT   := golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da
REDOCLY     := @redocly/cli@2.77.0
VERSION     := $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)

.PHONY: help run release test-release test test-browser test-explorers test-prism test-chart sdk test-sdk sdk-matrix test-clients test-examples contract breaking race generate console lint lint-go lint-spec vuln bench bench-cluster bench-go bench-compare fuzz build clean

help: ## explain every target
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

ADDR ?=
run: ## start the server with demo data and Swagger UI on http://127.0.0.1:8080/docs/; ADDR=127.0.0.1:8088 chooses another address
	go run ./cmd/quartet serve --demo $(if $(ADDR),--addr $(ADDR))

test: ## run all tests that need only Go (PostgreSQL and MariaDB too where QUARTET_TEST_POSTGRES and QUARTET_TEST_MYSQL name one)
	go test -timeout 30m ./...
	@if [ -z "$${QUARTET_TEST_POSTGRES:-}" ]; then \
	  echo "skipped: the store on PostgreSQL. To run it: QUARTET_TEST_POSTGRES=postgres://… make test"; fi
	@if [ -z "$${QUARTET_TEST_MYSQL:-}" ]; then \
	  echo "skipped: the store on MariaDB. To run it: QUARTET_TEST_MYSQL=mysql://… make test"; fi

CHROMIUM ?= $(firstword $(foreach name,chromium chromium-browser google-chrome,$(shell command -v $(name))))
PICTURES ?=
test-browser: ## open the documentation and the console in a real browser, pictures in bin/browser; PICTURES=true writes those of the READMEs (needs Node.js 20 and Chromium)
	@if command -v npm >/dev/null && [ -n "$(CHROMIUM)" ]; then cd server/docs/browsertest && \
	  npm ci --silent --no-audit --no-fund && CHROMIUM="$(CHROMIUM)" PICTURES="$(PICTURES)" npm --silent test; \
	elif [ "$${CI:-}" = true ]; then echo "the browser test needs npm and Chromium"; exit 1; \
	else echo "skipped: the browser test. To run it, install Node.js and Chromium (apt-get install chromium fonts-noto-cjk)"; fi

test-explorers: ## open the document in Redoc, RapiDoc, Scalar, Stoplight Elements and knife4j, as published (needs Node.js 20, Maven and Chromium)
	@if command -v npm >/dev/null && command -v mvn >/dev/null && [ -n "$(CHROMIUM)" ]; then \
	  (cd server/docs/browsertest && npm ci --silent --no-audit --no-fund) && CHROMIUM="$(CHROMIUM)" node --test openapi/explorers/; \
	elif [ "$${CI:-}" = true ]; then echo "the explorers need npm, Maven and Chromium"; exit 1; \
	else echo "skipped: the explorers. To run them, install Node.js, Maven and Chromium (apt-get install maven chromium)"; fi

test-prism: ## send the calls of the README through Prism as a validating proxy (needs Node.js 20 and curl)
	QUARTET_PRISM=true go test -count=1 -v ./openapi/contracttest/prism

test-chart: ## render the Helm chart for each engine, and check it and the other Kubernetes examples (compiles helm and kubeconform where they are not installed)
	QUARTET_CHART=true go test -count=1 -v -run TestChart ./cmd/quartet

# Generated requests, EXAMPLES for each operation, from a seed that is printed.
EXAMPLES ?= 1000
SEED ?=
contract: ## send EXAMPLES=1000 generated requests to every operation, on SQLite (and PostgreSQL as above); SEED=n repeats a run (needs python3)
	QUARTET_CONTRACT_EXAMPLES=$(EXAMPLES) QUARTET_CONTRACT_SEED=$(SEED) go test -count=1 -v -timeout 3h -run TestSchemathesis ./openapi/contracttest/schemathesis

breaking: ## find changes that break clients of the newest release, and test that they are found
	cd openapi/contracttest/oasdiff && go test -count=1 -v .

# Left out are packages that transform documents and start no goroutine, and tests that send all examples one after the other.
ONE_BY_ONE := ^Test(CheckPassesOurselves|CheckNamesWhatDiffers|CheckComparesServers|CheckFindsPlantedFaults|MockAnswersDocumentedRequests|DemoAnswersEveryExampleOfTheContract)$$
RACE ?= ./...
race: ## run the tests of everything that runs concurrently under the race detector; RACE='./store ./server' chooses packages (needs a C compiler)
	CGO_ENABLED=1 go test -race -timeout 40m -skip '$(ONE_BY_ONE)' $$(go list $(if $(filter rest,$(RACE)),./...,$(RACE)) | \
	  grep -v 'openapi/\(specfilter\|contracttest\|sdk\|internal\)' $(if $(filter rest,$(RACE)),| grep -v 'quartet/\(store\|server/e2e\)'))

generate: ## generate the server from openapi/openapi.yaml, and the tables of errors and options
	go generate ./...

sdk: ## generate clients in TypeScript, Java, Python and Go into openapi/sdk (skips a language whose tools are missing)
	openapi/sdk/run.sh generate

test-sdk: ## compile the clients and run a program with each against a demonstration server
	openapi/sdk/run.sh test

LANGUAGES ?= all
UPDATE ?=
sdk-matrix: ## generate, compile and call with each generator, raw; LANGUAGES=typescript,java,kotlin,go,python,rust,php,ruby chooses, UPDATE=true rewrites the table (openapi/sdk/matrix)
	QUARTET_MATRIX=$(LANGUAGES) go test -count=1 -v -timeout 60m -run TestMatrix ./openapi/sdk/matrix $(if $(UPDATE),-update)

CLIENTS ?= all
test-clients: ## run real clients against the program; CLIENTS=node,browser,java,python,go chooses, UPDATE=true rewrites the tables (openapi/clients)
	QUARTET_CLIENTS=$(CLIENTS) CHROMIUM="$(CHROMIUM)" go test -count=1 -v -timeout 30m -run TestClients ./openapi/clients $(if $(UPDATE),-update)

QUICKSTARTS ?= all
test-examples: ## do what the README of each quickstart says; QUICKSTARTS=vue,uniapp,springboot,python chooses (openapi/sdk/examples)
	QUARTET_EXAMPLES=$(QUICKSTARTS) CHROMIUM="$(CHROMIUM)" go test -count=1 -v -timeout 30m ./openapi/sdk/examples

lint: lint-go lint-spec ## check format, code and contract

lint-go: ## check the Go code: gofmt, vet, staticcheck
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$unformatted" ] || { echo "gofmt would change: $$unformatted"; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...

lint-spec: ## check the contract, and every rendering of it, with Redocly's recommended-strict rules and openapi-spec-validator (needs npx and python3)
	openapi/renderings/check.sh $(REDOCLY)

# Exit status 3 is a finding (go.dev/doc/security/vuln); anything else is a database that could not be read.
vuln: ## look for known vulnerabilities in the code that is called (needs vuln.go.dev, or GOVULNDB=file:///… with a copy) and in what pages run (needs npm)
	@tool=$$(mktemp -d); trap 'rm -rf "$$tool"' EXIT; GOBIN=$$tool go install $(GOVULNCHECK); \
	status=0; GOTOOLCHAIN=auto "$$tool/govulncheck" -db "$${GOVULNDB:-https://vuln.go.dev}" ./... || status=$$?; \
	case $$status in 0) ;; 3) exit 3 ;; \
	*) echo "NOT CHECKED: known vulnerabilities. The database was out of reach; name a copy with GOVULNDB=file:///…"; \
	   [ "$${GOVULNDB:-}" = "" ] || exit $$status ;; esac
	@.ci/audit

# BENCH=full adds a million users, and growth to them; BENCH='--rounds 9' and the like are passed to the program.
BENCH ?=
bench: build ## measure the server beside a bare program with the same SQL, about 3 minutes; BENCH=full adds a million users (cmd/quartet/bench)
	go build -trimpath -o bin/quartet-bench ./cmd/quartet/bench
	bin/quartet-bench $(patsubst full,--full,$(BENCH))
	@go test ./server -run '^$$' -bench ContractShare -benchtime 300000x | \
	  awk '/%contract/ { printf "bench user-info-warm contract-share %.3f\n", $$(NF - 1) / 100 }'

# CLUSTER=full adds a million users; CLUSTER='--rounds 9' and the like are passed to the program.
CLUSTER ?=
bench-cluster: build ## measure one to three servers on PostgreSQL, MariaDB and Galera beside a bare program, about 3 minutes; BENCH_POSTGRES=postgres://… BENCH_MARIADB=mysql://… BENCH_GALERA=mysql://… name them, CLUSTER=full adds a million users
	go build -trimpath -o bin/quartet-bench ./cmd/quartet/bench
	bin/quartet-bench cluster $(patsubst full,--full,$(CLUSTER))

BENCHES := -run '^$$' -bench . -benchmem
bench-go: ## run the benchmarks of stages, with their allocations
	go test $(BENCHES) ./...

# Runs of the working tree and of BASE, in a worktree of its own, alternate, so that other load affects both.
BASE ?= HEAD
PACKAGES ?= ./server/... ./store
bench-compare: ## compare the benchmarks of stages with those of BASE=REVISION, six times each (PACKAGES='./server/... ./store')
	@base=$$(mktemp -d); trap 'git worktree remove --force "$$base/tree"; rm -rf "$$base"' EXIT; \
	git worktree add --quiet --detach "$$base/tree" $(BASE); \
	for round in 1 2 3 4 5 6; do \
	  (cd "$$base/tree" && go test $(BENCHES) -benchtime 0.3s $(PACKAGES)) >>"$$base/before"; \
	  go test $(BENCHES) -benchtime 0.3s $(PACKAGES) >>"$$base/after"; \
	done; go run $(BENCHSTAT) "$$base/before" "$$base/after"

# Requests, not minutes: up to Go 1.26 a time limit can itself fail the run (go.dev/issue/75804). Ten minutes a family on two cores.
FUZZTIME ?= 2000000x
fuzz: ## send random requests to every operation, FUZZTIME=2000000x of each family; one that fails stays as a regression test
	@for target in FuzzJSONBody FuzzForm FuzzEncodedBody FuzzPathAndQuery FuzzHeaders; do \
	  go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) ./server/e2e; done

console: ## generate the console's client and build server/console/dist, which is committed (needs Node.js 20.19)
	cd server/console && npm ci --silent --no-audit --no-fund && npm run --silent generate >/dev/null && npm run --silent build

# Programs that are handed on are built with the Go that go.mod's toolchain line names, or a newer one: older ones have known faults.
build release: export GOTOOLCHAIN = auto

build: ## build bin/quartet, a static binary; downloads the Go of go.mod's toolchain line where this one is older
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.release=$(VERSION)' -o bin/quartet ./cmd/quartet

release: ## write a release into bin/release: programs, checksums, SBOMs, the container's context, the contract; VERSION=v0.1.0 names it (needs git)
	rm -rf bin/release
	go run ./cmd/quartet/release $(VERSION)

test-release: ## make a release twice in fresh clones, compare, and start what it holds (needs git)
	QUARTET_RELEASE=true go test -count=1 -v -timeout 60m ./cmd/quartet/release

clean: ## remove what was built, and the demo's database with its keys; never .quartet/quartet.db
	rm -rf bin .quartet/demo.db*
