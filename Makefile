# Two commands for newcomers: `make run` and `make test`. Linux, macOS or WSL2; Python 3.11 to 3.13.
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c '$(FITS)' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
DATA ?= data

.PHONY: run test check services lock bench clean

run: $(VENV)/.run  ## the whole product with a simulated estate; Ctrl-C ends it
	@exec $(BIN)/smart-community demo --data $(DATA)

test: $(VENV)/.dev services check  ## everything: style, types, architecture, all tests on real services
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --ignore tests/e2e
	$(BIN)/python -m pytest tests/e2e

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy schemas ingest processors console deploy tests bench
	$(BIN)/lint-imports

services: $(VENV)/.dev  ## fetch and build the real services that tests use, once
	-$(BIN)/python -m tests.services prepare

bench: $(VENV)/.dev services
	$(BIN)/python -m bench.mapping
	$(BIN)/python -m bench.afterwards --rules duress door_forced
	$(BIN)/python -m bench.ingest
	$(BIN)/python -m bench.correlate
	$(BIN)/python -m bench.recover
	$(BIN)/python -m bench.office --seconds 30

$(VENV)/.python:
	@test -n "$(PYTHON)" && $(PYTHON) -c '$(FITS)' || \
		{ echo "Python 3.11 to 3.13 is needed; name one: make PYTHON=/path/to/python3.12 ..."; exit 2; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

lock:  ## compile the lock files anew; uv must be on the path
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --quiet --output-file requirements.lock
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-header --no-emit-index-url --quiet --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
