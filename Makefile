# The one door to the project. It needs Rust, Python 3 and make, and fetches whatever else a target uses
# into .venv and .tools. Tests of the pages take Node.js and Chromium besides.

SHELL := bash
.DELETE_ON_ERROR:
.PHONY: help demo test lint audit soak bench fuzz fmt bless bless-all build package reproduce try-package sam-validate sam-build \
	sam-local tools clean check tools-for-tests build-OktaConnectorFunction

export PATH := $(CURDIR)/.tools/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0
unexport MAKEFLAGS MFLAGS # Cargo would look for the job server of `make -j`, which it is not given.
target := $(abspath $(or $(CARGO_TARGET_DIR),target))
export CARGO_TARGET_DIR := $(target)
unexport CARGO_BUILD_TARGET # What cargo builds is looked for in the folder of this machine's own target.
debug := $(target)/debug

# As Lambda and SAM call it.
host-architecture := $(patsubst aarch64,arm64,$(shell uname -m))
# Elsewhere `sam build` takes a cross compiler.
sam-build-here := $(if $(filter Linux,$(shell uname)),sam-build)

cargo-deny := $(if $(shell command -v cargo-deny),,.tools/bin/cargo-deny)
cargo-cyclonedx := $(if $(shell command -v cargo-cyclonedx),,.tools/bin/cargo-cyclonedx)

# What the tests are told: what stays empty is missing, and its tests are skipped.
for-tests = BOOTSTRAP="$(debug)/bootstrap" SAM_VENV="$$(test ! -e .venv/.ready || echo "$(CURDIR)/.venv")" \
	SAM_BUILD="$$(test ! -e .aws-sam/here/template.yaml || echo "$(CURDIR)/.aws-sam/here")" \
	OKTA_SDK_VENV="$$(test ! -e .tools/okta-sdk/.ready || echo "$(CURDIR)/.tools/okta-sdk")" \
	NODE_TOOLS="$$(test ! -e .tools/node/.ready || echo "$(CURDIR)/.tools/node")" CHROMIUM="$(chromium)"
# A browser that is Chromium; on other machines than Debian's CHROMIUM may name one.
chromium := $(or $(CHROMIUM),$(shell command -v chromium || command -v chromium-browser || command -v google-chrome))
# The tools of the tests, each with what is said when it cannot be had.
tools := .venv/.ready .tools/okta-sdk/.ready .tools/node/.ready
missing = for tool in $(tools) $(or $(chromium),chromium); do test -e "$$tool" || case "$$tool" in \
	.venv/*) $(call loud,AWS SAM CLI and moto are missing: the tests that need them were SKIPPED);; \
	*/okta-sdk/*) $(call loud,The SDK of Okta for Python is missing: its test was SKIPPED);; \
	*/node/*) $(call loud,The packages for Node.js are missing: the tests that need them were SKIPPED);; \
	*) $(call loud,Chromium is missing: the tests of the pages were SKIPPED);; esac; done
loud = printf '\n*** %s ***\n\n' "$(1)" >&2

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

demo: ## Run a flow from a simulated Okta org into files below out/
	cargo run --profile demo -p okta-connector-cli --no-default-features --features commands -- \
		flow run examples/flows/users-incremental.json --org demo --out out

test: check tools-for-tests ## Check and test everything, offline
	@test ! -e .venv/.ready || $(MAKE) --no-print-directory sam-validate $(sam-build-here)
	cargo test --doc --workspace
	cargo build --workspace --bins --tests
	@if cargo nextest --version >/dev/null 2>&1; then \
		$(for-tests) cargo nextest run --workspace --no-fail-fast; \
	else \
		$(call loud,cargo-nextest is missing: falling back to cargo test); \
		$(for-tests) cargo test --workspace --bins --lib --tests --no-fail-fast; \
	fi; outcome=$$?; $(missing); exit $$outcome

lint: check $(cargo-deny) ## Check format, lints, docs and dependencies
	cargo deny check bans licenses sources

audit: $(cargo-deny) ## Look for known vulnerabilities; needs the network
	cargo deny check advisories

SEEDS ?= 20000
soak: ## Run the fault campaign over SEEDS seeds, 20000 unless told otherwise
	CAMPAIGN_SEEDS=$(SEEDS) cargo test --release -p connector-tests --test it -- campaign::soak --exact --nocapture

# The function is built by itself, as it is deployed: the other programs ask more of the crates that they share.
bench: ## Measure what the product costs; the report goes to bench/report.json
	cargo build --profile lambda -p okta-connector-lambda
	cargo build --profile lambda -p connector-bench --bin bare --bin floor --bin pages
	cargo build --release -p okta-connector-cli -p connector-bench --bin okta-connector --bin bench
	BOOTSTRAP=$(target)/lambda/bootstrap BARE=$(target)/lambda/bare FLOOR=$(target)/lambda/floor \
		PAGES=$(target)/lambda/pages OKTA_CONNECTOR=$(target)/release/okta-connector REPORT=bench/report.json \
		$(if $(BEFORE),BEFORE=$(BEFORE)) $(target)/release/bench $(SECTIONS)

FUZZ_SECONDS ?= 600
# cargo-fuzz asks the compiler for switches that stable keeps for nightly; RUSTC_BOOTSTRAP unlocks them.
fuzz: .tools/bin/cargo-fuzz ## Throw bytes at the three readers, ten minutes each
	@for target in filter page_token request; do \
		mkdir -p target/corpus/$$target; \
		RUSTC_BOOTSTRAP=1 cargo fuzz run --features libfuzzer $$target target/corpus/$$target fuzz/corpus/$$target \
			-- -max_total_time=$(FUZZ_SECONDS) -timeout=10 || exit 1; \
	done

fmt: ## Format the code
	cargo fmt --all

bless: ## Accept what the tests found as what they expect
bless-all: $(sam-build-here) ## The same, and what the function of `sam build` answers to events

# First the files that other tests read. Some tests take long and expect no file: they are left out. Not nextest: it
# gives each test a process of its own, and two of them would rewrite one file at once.
bless bless-all:
	cargo build --workspace --bins --tests
	UPDATE_EXPECT=1 cargo test --workspace --test it -- generated::
	UPDATE_EXPECT=1 $(for-tests) $(if $(filter bless,$@),SAM_BUILD=) cargo test --workspace --test it --no-fail-fast -- \
		$(patsubst %,--skip %::,brute_force campaign packaging parity release)

build: ## Build the function for this machine, optimised
	cargo build --release -p okta-connector-lambda

package: $(cargo-cyclonedx) ## Make dist/, from which the connector is installed without a build
	packaging/package

reproduce: $(cargo-cyclonedx) ## Make dist/ in two folders and compare what comes out
	packaging/reproduce

try-package: .venv/.ready ## Try what is in dist/: the function answers every event
	cargo build --workspace --bins --tests
	DIST="$(CURDIR)/dist" $(for-tests) cargo test --workspace --test it -- release:: --nocapture

sam-validate: .venv/.ready ## Check template.yaml and the templates of examples/
	AWS_DEFAULT_REGION=us-east-1 .venv/bin/sam validate --lint
	.venv/bin/cfn-lint --regions us-east-1 -- examples/*.yaml examples/*/*.yaml

# Not where `sam deploy` looks: it would deploy this machine's architecture as the one of the template.
sam-build: .venv/.ready ## Build the function with `sam build` for this machine, into .aws-sam/here
	AWS_DEFAULT_REGION=us-east-1 .venv/bin/sam build --build-dir .aws-sam/here \
		--parameter-overrides Architecture=$(host-architecture)
	@echo "This build is for tests on this machine. To deploy, run sam build as the README says."

# Where containers find the sandbox: on the bridge of an engine that runs on Linux; Docker Desktop leads them to 127.0.0.1.
SANDBOX_ADDRESS ?= $(or $(shell ip -4 -o address show docker0 2>/dev/null | sed 's/.* inet //; s,/.*,,'),127.0.0.1)
sam-local: sam-build ## Answer every event with `sam local invoke`; needs a Docker engine
	@docker info >/dev/null || { echo "make sam-local needs a Docker engine that runs" >&2; exit 1; }
	cargo build --workspace --bins --tests
	SANDBOX_ADDRESS=$(SANDBOX_ADDRESS) ARCHITECTURE=$(host-architecture) $(for-tests) \
		cargo test -p connector-tests --test it -- events::sam_local --nocapture

tools: $(tools) ## Install what tests run against: AWS SAM CLI and moto into .venv, Okta's SDKs into .tools

clean: ## Remove everything that make has made
	cargo clean
	rm -rf .aws-sam .tools .venv dist out

# Called by `sam build` (see packaging/).
ARCHITECTURE ?= arm64
build-OktaConnectorFunction:
	packaging/build-bootstrap $(ARCHITECTURE) "$(ARTIFACTS_DIR)"

check:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

# On a machine that lacks some of these tools, or the network to get them, the tests that need them are skipped, and the end
# of the run says so; in CI that is an error.
tools-for-tests:
	@$(MAKE) --no-print-directory --keep-going tools || test "$$CI" != true
	@test -n "$(chromium)" || test "$$CI" != true || { echo "Chromium is missing" >&2; exit 1; }

.venv/.ready: tests/tools/requirements.txt tests/tools/constraints.txt
	@echo "Installing AWS SAM CLI and moto into .venv; this takes a minute or two"
	@rm -f $@
	python3 -m venv --clear .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

.tools/okta-sdk/.ready: tests/tools/okta-sdk.txt
	@rm -f $@
	python3 -m venv --clear .tools/okta-sdk
	.tools/okta-sdk/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

.tools/node/.ready: tests/tools/package.json tests/tools/package-lock.json
	@rm -f $@; mkdir -p .tools/node
	cp $^ .tools/node/
	cd .tools/node && npm ci --no-audit --no-fund --ignore-scripts
	@touch $@

.tools/bin/cargo-deny:
	@echo "Building cargo-deny into .tools; this takes some minutes, once"
	cargo install --locked --root .tools cargo-deny@0.20.2

.tools/bin/cargo-cyclonedx:
	cargo install --locked --root .tools cargo-cyclonedx@0.5.9

.tools/bin/cargo-fuzz:
	cargo install --locked --root .tools cargo-fuzz@0.13.2
