# Ecluse. `make` or `make help` says what each target does.
PYTHON ?= python3
BIN := .venv/bin
TEST := requirements/test.txt

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test format lint types walls docs pictures gold floors bench clean

help: ## say what each target does
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Ecluse needs Python 3.11 or newer; name one with: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.setup: .venv/.python pyproject.toml
	$(BIN)/python -m pip install -q --disable-pip-version-check -e .
	@touch $@

.venv/.test: .venv/.setup $(TEST)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(TEST)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements/study.txt || echo "the study is tested without another package and without real prices"
	@{ command -v java >/dev/null && $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/spark.txt; } || echo "NO SPARK TESTS: Java or pyspark is not installed"
	@touch $@

setup: .venv/.setup ## make .venv with the program in it

.venv/.demo: .venv/.setup
	$(BIN)/python -m pip install -q --disable-pip-version-check -e ".[batch,market,plan,papers]"
	@touch $@

demo: .venv/.demo ## the main job on real input: may Alibaba's 200,000 H200 ship; a whole order book; a day at the desk
	@BIN=$(BIN) sh examples/demo.sh

.venv/.web: .venv/.setup
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[web]'
	@touch $@

serve: .venv/.web ## the pages and the API on this machine, with the demo book and a demo desk
	$(BIN)/ecluse serve --demo

test: .venv/.test ## all that CI runs: format, lint, types, walls, tests, docs
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -q && apt-get install -y -q chromium; } || echo 'NO BROWSER TESTS: chromium is not installed'
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

format: .venv/.test ## write the source in its one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: .venv/.test ## ruff, all rules
	$(BIN)/ruff check .

types: .venv/.test ## mypy, strict
	$(BIN)/mypy

walls: .venv/.test ## only the walls and the tidiness
	$(BIN)/python -m pytest tests/house

pictures: .venv/.test ## pictures of every page into docs/pictures, with Chromium; look at each
	$(BIN)/python docs/pictures.py
	$(BIN)/python docs/pictures_desk.py

docs: .venv/.test ## write the pages that the program writes (docs/cli.md)
	$(BIN)/python docs/write.py

gold: .venv/.test ## write the golden memos anew; review them by `git diff tests/gold`
	ECLUSE_GOLD=write $(BIN)/python -m pytest tests/test_gold.py

floors: .venv/.test ## hold what is reached against tests/floors.toml, which only rises
	$(BIN)/python -m pytest tests/press/test_measure.py tests/parties

bench: .venv/.test ## measure beside the peers; prints figures, changes nothing
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/bench.txt
	$(BIN)/python bench/process.py
	$(BIN)/python bench/one.py
	$(BIN)/python bench/evidence.py
	$(BIN)/python bench/batch.py
	$(BIN)/python bench/read.py
	$(BIN)/python bench/study.py
	$(BIN)/python bench/study_power.py
	$(BIN)/python bench/screen.py
	$(BIN)/python bench/ledger.py
	$(BIN)/python bench/web.py
	$(BIN)/python bench/check.py

clean: ## forget .venv and caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
