# Chit（小票）: every task a newcomer needs. `make demo` wants Python ≥ 3.11 and make, nothing else.
PYTHON ?= python3
UV := uv==0.13.9
BIN := .venv/bin
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python
.DEFAULT_GOAL := help
unexport PYTHONDONTWRITEBYTECODE  # without compiled files every process compiles everything anew
.PHONY: help venv demo test check bench lock clean

help: ## what can be made
	@grep -hE '^[a-z]+:.*## ' Makefile | sed 's/:.*## /\t/'

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit("Chit needs Python 3.11 or newer · 需要 Python 3.11 以上" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $(UV)
	@touch $@

# What the service needs; what its developers need on top is in `.venv/dev`.
.venv/run: requirements.lock pyproject.toml | .venv/made
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --editable .
	@touch $@

.venv/dev: requirements-dev.lock .venv/run
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

venv: .venv/dev ## the virtual environment, from the lock

demo: .venv/run ## sandbox and service with a sample company; DEMO_PORT changes the port
	@exec $(BIN)/chit demo

test: .venv/dev ## every test that this machine can run
	@$(BIN)/pytest -n auto --dist worksteal

check: .venv/dev ## format, lint, types, imports, house rules
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/pytest tests/house --quiet

bench: .venv/dev ## benchmarks, one JSON object a line
	@$(BIN)/python -m benchmarks

lock: .venv/dev ## resolve the requirements anew
	@$(BIN)/uv pip compile --quiet --universal --no-annotate --generate-hashes --no-emit-index-url pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --no-annotate --generate-hashes --no-emit-index-url --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock

clean: ## remove what was built
	@rm -rf .venv .demo dist
