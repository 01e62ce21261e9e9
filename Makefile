# The one environment of the project. `make` alone lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
MINUTES ?= 5
CREATES ?= 1000000
SEED ?= $(shell date +%s)

.DEFAULT_GOAL := help
.PHONY: help install demo test check format docs bench corpus fuzz mutate mutants proof kill storm month snapshot tutorial build clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "syncdsl needs Python 3.11 or newer; name one with: make PYTHON=python3.12"; exit 3; }
	@test -d $(VENV) || { echo "creating $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "installing syncdsl and what it needs into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[sandbox,dev]'
	@touch $@

install: $(STAMP) ## create .venv and install into it

demo: $(STAMP) ## two local systems, a rule file, a preview, an apply, an invoice
	@$(BIN)/syncdsl demo

test: $(STAMP) ## every test
	@# Thousands of commands are started by the tests, and none of them writes what it compiled.
	@$(BIN)/python -m compileall -q src
	@$(BIN)/python -m pytest --numprocesses auto --dist worksteal --quiet

check: $(STAMP) ## ruff, mypy, import-linter, generated docs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python docs/generate.py --check

format: $(STAMP) ## format and fix what can be fixed
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: $(STAMP) ## regenerate the generated pages and JSON Schemas
	@$(BIN)/python docs/generate.py

bench: $(STAMP) ## the benchmarks, as ratios in one run (minutes; nothing else should run)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[sandbox,dev,bench]'
	@$(BIN)/python benchmarks/lint_start.py
	@$(BIN)/python benchmarks/conditions.py
	@$(BIN)/python benchmarks/proofs.py
	@$(BIN)/python benchmarks/check_speed.py
	@$(BIN)/python benchmarks/sandbox_speed.py
	@$(BIN)/python benchmarks/api_rate.py
	@$(BIN)/python benchmarks/api_calls.py
	@$(BIN)/python benchmarks/planner.py
	@$(BIN)/python benchmarks/incremental.py
	@$(BIN)/python benchmarks/sync_dlt.py
	@$(BIN)/python benchmarks/sync_dlt.py --records 1000000 --memory
	@$(BIN)/python benchmarks/preview_terraform.py
	@$(BIN)/python benchmarks/preview_formats.py

corpus: $(STAMP) ## faults planted into valid rules: how many are found, with how many reports
	@$(BIN)/python -m tests.corpus.measure

fuzz: $(STAMP) ## broken and made-up rules for some minutes: make fuzz MINUTES=5 SEED=1
	@$(BIN)/python -m tests.fuzz.mutations --minutes $(MINUTES) --seed $(SEED)

mutate: $(STAMP) ## seed faults into the checker; its tests have to notice
	@nice $(BIN)/python -m tests.mutation

proof: $(STAMP) ## a million creates under faults, with controls (hours; make proof CREATES=20000 is minutes)
	@nice $(BIN)/python -m tests.simulator --creates $(CREATES) --seed $(SEED)

kill: $(STAMP) ## kill -9 at 50 moments of a sync of 2,000 records under faults, then judge (some minutes)
	@nice $(BIN)/python -m tests.acceptance.kill --kills 50 --records 2000 --seed $(SEED)

storm: $(STAMP) ## 5,000 call-backs in a minute, badly delivered, while the daemon is killed twice (2 minutes)
	@$(BIN)/python -m tests.acceptance.daemon storm
	@$(BIN)/python -m tests.acceptance.daemon ten
	@$(BIN)/python -m tests.acceptance.daemon reaction

month: $(STAMP) ## a month of the daemon on a virtual clock, with outages, revoked tokens and renewals (15 minutes)
	@nice $(BIN)/python -m tests.acceptance.daemon month

mutants: $(STAMP) ## seed faults into the engine; a named invariant has to kill each
	@nice $(BIN)/python -m tests.mutation.engine --write

snapshot: $(STAMP) ## take the snapshot of examples/review anew (its pseudonyms change: then the tutorial, too)
	@$(BIN)/python -m tests.acceptance.review_story
	@$(BIN)/python -m pytest --quiet tests/acceptance/test_tutorial.py --regenerate

tutorial: $(STAMP) ## both systems with the data of docs/tutorial-review.md, and its project in tutorial/
	@$(BIN)/python -m tests.acceptance.review_story tutorial

build: $(STAMP) ## sdist and wheel in dist/
	@rm -rf dist
	@$(BIN)/python -m build --outdir dist .

clean: ## remove what make made
	@rm -rf $(VENV) dist build
