# Everything a person or a machine does with this repository. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

STAMPS := .cache/stamps
BIN := .venv/bin
LIVEKIT_VERSION := v1.13.5
LIVEKIT := $(CURDIR)/.cache/bin/livekit-server
TEST_PACKAGES := chromium firefox-esr postgresql redis-server exim4-daemon-light nftables openssl faketime iproute2 \
	poppler-utils

export PREAU_TEST_LIVEKIT ?= $(LIVEKIT)
export PREAU_BENCH_LIVEKIT ?= $(PREAU_TEST_LIVEKIT)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export UV_NO_PROGRESS := 1

# Tests that share nothing and open nothing: as many at a time as there are processors.
SIDE_BY_SIDE := -n auto --maxprocesses 4

# Its own workspace, of which most dependencies are built already when it shares the folder.
LOAD := --manifest-path bench/load/Cargo.toml
LOAD_TARGET := --target-dir $${CARGO_TARGET_DIR:-target}

CRATES := $(shell find crates -name '*.rs' -o -name Cargo.toml) Cargo.toml Cargo.lock
WEB_SOURCES := $(shell find web/src web/public -type f) web/index.html web/vite.config.ts web/tsconfig.json

.PHONY: help run dev build setup test check format bench bench-long shots dist lock clean
.PHONY: test-setup test-unit test-rust test-python test-contract test-property test-api test-system test-web test-browser
.PHONY: check-setup check-house check-code check-python check-rust check-web

help: ## Show this list.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

# --- running -----------------------------------------------------------------------------------------------

run: build ## Set everything up and start Préau.
	@exec $(BIN)/preau serve

dev: build ## Start Préau with the web client reloading as it is edited (page on port 5173).
	@trap 'kill 0' EXIT; (cd web && exec npm run dev) & $(BIN)/preau serve

build: ## Build everything that `preau serve` needs.
	@bash tools/prerequisites.sh
	@$(MAKE) -j2 $(STAMPS)/native $(STAMPS)/web

setup: test-setup ## Install everything that building and testing need.

$(STAMPS)/tools: requirements/tools.txt
	@bash tools/prerequisites.sh
	@mkdir -p $(STAMPS)
	@test -x .tools/bin/python || $$(bash tools/python.sh) -m venv .tools
	.tools/bin/python -m pip install --quiet --require-hashes -r requirements/tools.txt
	@touch $@

$(STAMPS)/python: requirements/dev.txt $(STAMPS)/tools
	@test -x $(BIN)/python || .tools/bin/uv venv --quiet --python "$$(bash tools/python.sh)" .venv
	.tools/bin/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	@rm -f $(STAMPS)/native
	@touch $@

# The project itself, editable: the command `preau` and the native module, built as a release.
$(STAMPS)/native: $(CRATES) pyproject.toml $(STAMPS)/python
	PATH="$(CURDIR)/$(BIN):$$PATH" .tools/bin/uv pip install --quiet --python $(BIN)/python \
		--no-deps --no-build-isolation --reinstall-package preau --editable .
	@touch $@

$(STAMPS)/web-modules: web/package.json web/package-lock.json
	@bash tools/prerequisites.sh
	@mkdir -p $(STAMPS)
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/web: $(STAMPS)/web-modules $(WEB_SOURCES)
	cd web && npm run --silent build
	@touch $@

# --- testing -----------------------------------------------------------------------------------------------

test: ## Run every test; the quick ones first. The seconds of each stage are said at the end.
	@MAKE="$(MAKE)" bash tools/stages.sh test-setup test-rust test-python test-web test-contract test-property test-api \
		test-system test-browser

# Two at a time, the long ones first: LiveKit's server and our crates take minutes, the rest seconds.
test-setup:
	@bash tools/prerequisites.sh go
	@bash tools/debian.sh $(TEST_PACKAGES)
	@$(MAKE) -j2 $(STAMPS)/native $(LIVEKIT) $(STAMPS)/web

$(LIVEKIT):
	@bash tools/prerequisites.sh go
	@mkdir -p $(@D)
	GOBIN=$(@D) go install github.com/livekit/livekit-server/cmd/server@$(LIVEKIT_VERSION)
	@mv $(@D)/server $@

test-unit: test-rust test-python test-web ## Tests without sockets or processes.

test-rust:
	cargo test --quiet --locked --workspace --exclude media-py
	cargo test --quiet --locked $(LOAD) $(LOAD_TARGET)

test-python: $(STAMPS)/native
	$(BIN)/pytest -q $(SIDE_BY_SIDE) tests/unit tests/test_architecture.py

test-web: $(STAMPS)/web-modules
	cd web && npm test --silent

test-contract: $(STAMPS)/native ## The real parts and their stand-ins pass the same tests.
	$(BIN)/pytest -q tests/contract

test-property: $(STAMPS)/native ## The room against a small reference, in 1,000 stories of 50 steps.
	$(BIN)/pytest -q $(SIDE_BY_SIDE) tests/property

test-api: $(STAMPS)/native ## The HTTP interface and the control channel against their documents.
	$(BIN)/pytest -q tests/api

test-system: $(STAMPS)/native $(STAMPS)/web $(LIVEKIT) ## Real processes, real media.
	$(BIN)/pytest -q tests/system
	PREAU_TEST_ENGINE=livekit PREAU_TEST_INTRUSIONS=3 $(BIN)/pytest -q tests/system/test_bad_input.py \
		tests/system/test_media_rights.py tests/system/test_intruders.py tests/system/test_modified_client.py \
		tests/system/test_livekit_parity.py

test-browser: $(STAMPS)/native $(STAMPS)/web $(LIVEKIT) ## Chromium and Firefox in one call, on both engines.
	cd web && npm run --silent e2e
	cd web && PREAU_TEST_ENGINE=livekit npm run --silent e2e:seam

# --- checking ----------------------------------------------------------------------------------------------

check: ## Run every check that needs no running program.
	@MAKE="$(MAKE)" bash tools/stages.sh check-setup check-house check-code

check-setup:
	@bash tools/prerequisites.sh
	@$(MAKE) -j2 $(STAMPS)/native $(STAMPS)/web-modules

check-code:
	@$(MAKE) -j2 --output-sync=target check-rust check-python check-web

check-house: $(STAMPS)/python
	$(BIN)/python -m tools.check_sizes
	$(BIN)/python -m tools.check_texts
	$(BIN)/python -m tools.check_circles

check-python: $(STAMPS)/native
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m mypy.stubtest preau._media

check-rust:
	cargo fmt --all --check
	cargo fmt $(LOAD) --check
	cargo clippy --quiet --locked --workspace --all-targets -- -D warnings
	cargo clippy --quiet --locked $(LOAD) $(LOAD_TARGET) --all-targets -- -D warnings

check-web: $(STAMPS)/web-modules
	cd web && npm run --silent typecheck
	cd web && npm run --silent lint
	cd web && npm run --silent format:check

# --- the rest ----------------------------------------------------------------------------------------------

format: $(STAMPS)/python $(STAMPS)/web-modules ## Put every file into its form.
	$(BIN)/ruff check --quiet --fix-only
	$(BIN)/ruff format --quiet
	cargo fmt --all
	cargo fmt $(LOAD)
	cd web && npm run --silent format

bench: test-setup ## Measure forwarding beside other media servers, the short form (5 minutes).
	@bash tools/debian.sh janus
	$(BIN)/python -m bench.peers

bench-long: test-setup ## Run every benchmark of bench/README.md (an hour).
	@bash tools/debian.sh janus
	$(BIN)/python -m bench.peers --long
	cd web && npm run --silent bench:join
	cd web && npm run --silent bench:frames

shots: build ## Photograph every page into test-results/shots.
	@bash tools/debian.sh chromium
	cd web && npm run --silent shots

dist: $(STAMPS)/python $(STAMPS)/web ## Build the one wheel: servers, native module and web client.
	@rm -rf dist
	PATH="$(CURDIR)/$(BIN):$$PATH" .tools/bin/uv build --quiet --wheel --no-build-isolation \
		--python $(BIN)/python --out-dir dist
	@ls -l dist/*.whl

lock: $(STAMPS)/tools ## Write the lock files anew after a change of dependencies.
	bash tools/lock.sh

clean: ## Delete what was built; keep what was downloaded.
	rm -rf $(STAMPS) target dist src/preau/meet/static src/preau/*.so
