PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN = .venv/bin
PYPATHS = graph server tests

.PHONY: serve build test check format lint types reference bench

serve: build ## build the release from data/ and serve it
	$(BIN)/atlas serve --host $(HOST) --port $(PORT)

build: .venv/installed
	$(BIN)/atlas build

test: .venv/installed ## install and run every test
	$(BIN)/pytest

check: format lint types test build reference ## all that CI runs

format: .venv/installed
	$(BIN)/ruff format --check $(PYPATHS)

lint: .venv/installed
	$(BIN)/ruff check $(PYPATHS)

types: .venv/installed
	$(BIN)/mypy

reference: .venv/installed ## the real data through pySHACL, the reference validator
	$(BIN)/atlas check --reference

bench: .venv/installed
	$(BIN)/python -m tests.bench $(SIZES)

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@
