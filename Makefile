# Run `make` or `make help` for the list of targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

NPM := npm ci --no-audit --no-fund --loglevel=error

.PHONY: help run demo build deps test race check lint generate verify console bench bench-isolation bench-scale chaos fuzz clean

help: ## Show this list
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

run: ## Start the server with sample data on 127.0.0.1:8080, which may deliver to this machine
	CRIER_SAMPLE_DATA=true CRIER_ENDPOINT_ALLOW=127.0.0.0/8,::1/128 CRIER_ENDPOINT_ALLOW_HTTP=true go run .

demo: ## Show the main job: changes made, webhooks received and verified
	go run . demo

build: ## Build the binary ./crier
	go build -o crier .

deps: ## Install what the tests need: PostgreSQL, Redis, Chromium, npm packages
	@scripts/install-test-services
	@cd delivery/sign/testdata/npm && $(NPM)
	@cd resolvers/testdata/http-audits && $(NPM)
	@cd testdata/live && $(NPM)
	@cd console && $(NPM)

test: deps ## Run every test with the race detector; none may skip
	@CRIER_TEST_REQUIRE=1 scripts/test-without-skips ./...

check: lint verify test ## Everything that continuous integration checks

lint: ## Check the form of the code: gofmt, go vet, staticcheck
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "gofmt these: $$unformatted"; exit 1; }
	@go vet ./...
	@go tool staticcheck $$(go list ./... | grep -v '^crier/graph$$')

generate: ## Generate graph/ and the frames of resolvers/ from schema/
	@go tool gqlgen generate
	@go run scripts/trim.go

verify: generate console ## Check that generated and built files are committed as they are made
	@git diff --exit-code --stat -- graph resolvers console/dist || { echo 'made files differ: run make generate console and commit'; exit 1; }
	@test -z "$$(git status --porcelain -- graph console/dist)" || { echo 'graph/ or console/dist/ has files that are not committed'; exit 1; }

console: ## Build the web pages that the binary embeds
	@cd console && $(NPM) && npm run build

bench: deps ## Measure delivery, queries, mutations and volume, each beside what bounds it
	@CRIER_TEST_REQUIRE=1 go test -run "^$$" -bench . -skip 'Isolation|Scale' -benchtime 1x -count 3 -timeout 60m ./bench

chaos: deps ## Kill, pause and starve processes under load, and account for every change
	@CRIER_TEST_REQUIRE=1 go test -v -count 1 -run '^TestChaos' -parallel 3 -timeout 60m ./chaos -args -rounds 100 -all

bench-isolation: deps ## Measure healthy endpoints beside hanging, refusing and dripping ones
	@CRIER_TEST_REQUIRE=1 go test -run "^$$" -bench '^BenchmarkIsolation' -benchtime 1x -timeout 20m ./bench

bench-scale: deps ## Measure many webhooks, many pending deliveries and two processes
	@CRIER_TEST_REQUIRE=1 go test -run "^$$" -bench '^BenchmarkScale' -benchtime 1x -timeout 30m ./bench

fuzz: ## Fuzz every parser and checker for 20 seconds each
	@scripts/fuzz 20s

clean: ## Remove what was built here; the data of crier-data/ stays
	rm -f crier
