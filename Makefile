# Everything a developer, CI or an operator runs. Needs make, sh and any Python 3.11 to 3.13; installs the rest itself.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PORT ?= 8642
STATE ?= .local/state
FRESH ?=
INSTANCE ?=
ARGS ?=
ROUNDS ?= 5

bin := .venv/bin
checked := shared functions scripts bench tests
test_tools := $(foreach tool,emulator runtime sam schemathesis,.tools/$(tool)/.made)
install = @python="$$(scripts/find-python)" && "$$python" -m scripts.install

.PHONY: help setup run test hunt check build deploy-local docs converters bench prove lock clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

setup: .venv/.made ## Make .venv with the locked packages and the affino-mcp command

run: ## Run the whole service here until Ctrl-C (PORT=8642 STATE=.local/state FRESH=1 INSTANCE=remote)
	$(install) run emulator
	@exec $(bin)/affino-mcp local up --foreground --port "$(PORT)" --state "$(STATE)" $(if $(filter-out 0 no,$(FRESH)),--fresh) $(if $(filter remote,$(INSTANCE)),--remote)

test: ## Run check, then every test (ARGS="-k name" chooses some)
	@$(MAKE) --no-print-directory --jobs check $(test_tools)
	@$(bin)/python scripts/run_tests.py $(ARGS)

hunt: setup .tools/emulator/.made .tools/schemathesis/.made ## Run the property tests with examples never tried before (ROUNDS=5 ARGS="-k name")
	@for round in $$(seq $(ROUNDS)); do echo "hunt: round $$round of $(ROUNDS)"; \
	  $(bin)/python scripts/run_tests.py -q -x -m hypothesis --hypothesis-profile hunt $(ARGS) || exit 1; done
	@AFFINO_TEST_CASES=2000 $(bin)/python scripts/run_tests.py -q tests/security/test_rest_schema.py

check: setup ## Lint, format, types, import layers, declared imports and the line ratchet; under a minute
	@$(bin)/ruff check --quiet --output-format concise
	@$(bin)/ruff format --quiet --check || { echo "ruff format: run '.venv/bin/ruff format' on the files above"; exit 1; }
	@$(bin)/mypy
	@$(bin)/lint-imports --no-logo
	@$(bin)/deptry shared functions
	@$(bin)/deptry --ignore DEP004 $(checked)
	@$(bin)/python scripts/ratchet.py $(checked)
	@echo "make check: ruff check, ruff format, mypy --strict, import layers, deptry and line ratchet ran; all passed, none skipped"

build: setup .tools/sam/.made ## Build functions and layers for AWS into .aws-sam/build
	@$(bin)/python scripts/build.py

deploy-local: setup .tools/sam/.made .tools/emulator/.made ## Deploy the real template into MiniStack and smoke-test it (ARGS=--remote: two stacks)
	@$(bin)/python -m scripts.deploy_local $(ARGS)

docs: setup ## Write what is derived from the code: docs/tools.md, the tools' snapshots, docs/architecture.md
	@$(bin)/python scripts/catalogue.py docs
	@$(bin)/python scripts/architecture.py docs
	@$(bin)/python scripts/catalogue.py price

converters: setup ## Try offline what client libraries make of every tools/list; write the table into docs/clients.md
	@$(install) converters converters-mcp2 || echo "make converters: goes on without what could not be installed" >&2
	@$(bin)/python -m scripts.converters $(ARGS)

bench: setup .tools/bench/.made ## Measure a start and a call beside other servers (ARGS=--check for the limits); write what calls cost
	@$(bin)/python -m bench.prices docs
	@$(bin)/python -m bench $(ARGS)

prove: setup .tools/emulator/.made .tools/sam/.made .tools/runtime/.made ## Prove what holds under faults, with figures, in ten minutes (ARGS="--json")
	@$(bin)/python -m scripts.prove $(ARGS)

lock: .tools/lock/.made ## Resolve pyproject.toml and requirements/*.in again into the hashed locks
	@scripts/lock .tools/lock/bin/uv

clean: ## Remove everything made here except local state (.local)
	rm -rf .venv .tools .aws-sam .deploy .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/.made: requirements/dev.txt pyproject.toml
	$(install) dev

# MiniStack and the runtime client run the functions, so they get the Lambda runtime's Python when there is one.
.tools/%/.made: requirements/%.txt
	$(install) $*
