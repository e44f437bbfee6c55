# The commands that people type. What they need is installed on the way: Python packages into .venv,
# TypeScript programs into node_modules.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
TYPESCRIPT := tests/clients/typescript
WEB := tests/e2e/web
SERVERS := tests/install_servers.sh
TS_RUNTIME := builder/actionary_build/emit/typescript/runtime

.PHONY: setup demo serve check test test-long bench
.NOTPARALLEL:

setup: .venv/installed $(TYPESCRIPT)/node_modules/.package-lock.json $(WEB)/node_modules/.package-lock.json

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

%/node_modules/.package-lock.json: %/package-lock.json
	npm ci --prefix $* --no-audit --no-fund
	touch $@

demo: setup
	$(BIN)/python demo/run.py

serve: setup
	$(BIN)/actionary serve --verify --host 127.0.0.1 --port $(PORT)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python
	cd $(TYPESCRIPT) && node_modules/.bin/biome ci --colors=off --config-path=. $(CURDIR)/$(TS_RUNTIME) $(CURDIR)/$(WEB) .
	$(TYPESCRIPT)/node_modules/typescript/bin/tsc -p $(TS_RUNTIME)
	$(TYPESCRIPT)/node_modules/typescript/bin/tsc -p $(WEB)/runtime.tsconfig.json
	$(BIN)/actionary build --check

test: setup check
	$(SERVERS)
	$(BIN)/python -m pytest -m 'not long' --numprocesses=auto --dist=loadfile

# pytest ends with 5 where there is no such test.
test-long: setup
	$(SERVERS)
	$(BIN)/python -m pytest -m long || [ $$? -eq 5 ]
	$(BIN)/python -m pytest -m 'hypothesis and not long' --hypothesis-profile=thorough

bench: setup
	$(BIN)/python bench/run.py
