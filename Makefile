PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN = .venv/bin
PYPATHS = graph server tests
EDITOR = server/static/editor/editor.js
.PHONY: serve build test check format lint types reference bench conformance assets

serve: build assets ## build the release from data/ and serve it
	$(BIN)/atlas serve --host $(HOST) --port $(PORT)

build: .venv/installed ; $(BIN)/atlas build

test: .venv/installed assets tests/clients/node_modules ## install and run every test
	$(BIN)/pytest

check: format lint types test build reference ## all that CI runs

format: .venv/installed ; $(BIN)/ruff format --check $(PYPATHS)
lint: .venv/installed ; $(BIN)/ruff check $(PYPATHS)
types: .venv/installed ; $(BIN)/mypy
reference: .venv/installed ## the real data through pySHACL, the reference validator
	$(BIN)/atlas check --reference

bench: .venv/installed ; $(BIN)/python -m tests.bench $(SIZES) && for part in sparql pages search lighthouse; do $(BIN)/python -m tests.bench_$$part || exit; done
conformance: .venv/installed ; $(BIN)/python -m tests.conformance $(RDF_TESTS)

assets: $(EDITOR) ## the query editor; without npm the page has a plain text area
$(EDITOR): package-lock.json $(wildcard server/editor/*.js)
	if command -v npm >/dev/null; then npm ci --ignore-scripts --no-audit --no-fund --silent && npm run --silent build; fi

tests/clients/node_modules: tests/clients/package-lock.json
	if command -v npm >/dev/null; then npm ci --prefix tests/clients --ignore-scripts --no-audit --no-fund --silent && touch $@; fi

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@
