# Two commands set everything up on a fresh machine: `make demo` and `make test`. Needed: Python 3.11 with venv,
# make, git, and a package registry that pip can reach. No Azure.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
STACK := examples/quickstart
MLINFRA := $(BIN)/mlinfra -C $(STACK)

.PHONY: help setup demo test test-full tools conformance check lock format docs bench clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY) ## make .venv from the lock; the other targets do it by themselves

# Done again only when the lock or the project's metadata changed. The lock holds every package by hash. Bytecode
# is made as pip makes it of what it installs for good: without, a command that may not write it takes twice as long.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mlinfra needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q mlinfra
	@touch $(READY)

# It starts from an empty cloud, and from a state that knows nothing of an earlier demo.
demo: $(READY) ## the main job on the embedded simulator: plan, apply, plan again
	@$(MLINFRA) simulator reset
	@if [ -f state/quickstart.json ]; then $(MLINFRA) destroy --auto-approve >/dev/null; fi
	$(MLINFRA) plan
	$(MLINFRA) apply --auto-approve
	$(MLINFRA) plan --detailed-exitcode
	$(MLINFRA) state list
	@echo
	@echo "That was the whole way: YAML, plan, apply, and a second plan that finds nothing to do."
	@echo "Look at what was made:"
	@echo "  $(MLINFRA) show               everything recorded, and the outputs"
	@echo "  $(MLINFRA) state show compute.cluster"
	@echo "  $(MLINFRA) simulator show     what the simulated cloud holds"
	@echo "Then change max_instances in $(STACK)/mlinfra.yaml from 2 to 4, and run:"
	@echo "  $(MLINFRA) plan"
	@echo "  $(MLINFRA) apply"

test: $(READY) ## the tests that need Python and the lock only
	$(BIN)/python -m pytest -n 2 -m "not full"

test-full: $(READY) tools ## the tests that need more: killed processes, every fault, a wheel that is built, real servers
	$(BIN)/python -m pytest -n 2 -m full

# What is there stays as it is. Debian's packages; elsewhere the programs have to be on the path.
tools: $(READY) ## the servers that test-full and bench start: PostgreSQL, Azurite
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || $(call package,postgresql)
	@command -v npm >/dev/null || $(call package,nodejs npm)
	@$(BIN)/python -m tests.servers.azurite

CORPUS ?= ../shared/corpus

conformance: $(READY) ## hold us against recorded traffic, specifications and real YAML: make conformance CORPUS=folder
	$(BIN)/python -m conformance $(CORPUS) --json .venv/conformance.json

check: $(READY) ## format, lint, types, import contracts, lock up to date
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@cp requirements.lock .venv/lock && $(call compile,.venv/lock)
	@diff -u requirements.lock .venv/lock || { echo "requirements.lock is not what pyproject.toml asks for: run make lock"; exit 1; }

lock: $(READY) ## bring requirements.lock up to date with pyproject.toml
	$(call compile,requirements.lock)

format: $(READY) ## put the code into its one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(READY) ## write the reference from the code: types, functions, the simulator
	$(BIN)/python docs/generate.py

BENCH_JSON ?= .venv/bench.json

bench: $(READY) tools ## measure what is promised; beside Terraform with PEER=script that runs it
	$(BIN)/python -m benchmarks --json $(BENCH_JSON) $(if $(PEER),--peer $(PEER))
	$(BIN)/python -m benchmarks.review
	$(BIN)/python -m benchmarks.expansion

clean: ## take away what the targets made; never a recorded state
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist build

# Installed by root alone; anyone else is told what is missing.
package = { [ "$$(id -u)" = 0 ] && apt-get update -qq && \
	DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends $(1); } || \
	{ echo "$(1) is missing: install it as root, with  apt-get install $(1)"; exit 1; }

# Versions that are locked already stay; hashes for every platform, and no address of a registry in the file.
compile = $(BIN)/uv pip compile --quiet --system-certs --universal --generate-hashes --no-emit-index-url --no-header \
	--extra dev --output-file $(1) pyproject.toml
