# The one place that says how Forbear is set up, checked, tested and played. `make help` lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXIT ?=
PORTFOLIO ?=
FORMAT ?=
SAMPLE ?=

.PHONY: help setup check test demo up down status fix proto lock documents bench clean

help: ## Say what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/ready ## Make the virtual environment from the locked, hashed requirements

$(VENV)/ready: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "forbear: needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "forbear: python3 -m venv failed; on Debian install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@printf '#!/bin/sh\nPYTHONPATH="%s" exec "%s/python" -m forbear "$$@"\n' "$(CURDIR)" "$(CURDIR)/$(BIN)" > $(BIN)/forbear
	@chmod +x $(BIN)/forbear
	@touch $@

check: setup ## Format, lint, types, imports, tidiness and the fast tests; under two minutes
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/buf lint --path proto/events
	$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "not stack and not database and not slow"

test: setup ## Every test, on real PostgreSQL, Kafka and Temporal servers that it starts itself
	$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "not stack and not slow"
	$(BIN)/python -m pytest -q -m "stack or slow"

demo: setup ## Play a portfolio on the whole stack; EXIT=1 ends by itself; PORTFOLIO, FORMAT, SAMPLE
	$(BIN)/python -m forbear demo $(if $(PORTFOLIO),--portfolio $(PORTFOLIO)) $(if $(FORMAT),--format $(FORMAT)) \
	  $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(EXIT),--exit)

up: setup ## Start the local stack in the foreground; Ctrl-C stops it
	$(BIN)/python -m forbear up

down: setup ## Stop the local stack
	$(BIN)/python -m forbear down

status: setup ## Say what runs, where, and with how much memory
	$(BIN)/python -m forbear status

fix: setup ## Format and mend what can be mended by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

proto: setup ## Generate events/v1 from proto/events/v1
	$(BIN)/python -m grpc_tools.protoc -I proto --python_out=. --pyi_out=. \
	  proto/events/v1/*.proto proto/buf/validate/validate.proto

lock: setup ## Pin the newest allowed dependencies with their hashes
	$(BIN)/python -m uv pip compile -q --generate-hashes --no-emit-index-url --universal \
	  --python-version 3.11 --all-extras --upgrade pyproject.toml -o requirements.lock

documents: setup ## Generate docs/openapi and docs/asyncapi.yaml
	$(BIN)/python -m forbear documents

bench: setup ## Measure against the targets; ONLY=name for one
	$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY))

clean: down ## Remove the local state (not the download cache)
	rm -rf var
