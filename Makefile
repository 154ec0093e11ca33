# Thin on purpose: each target makes .venv when the lock has changed, then runs one line of Python.
# The same lines without make stand in the README.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PY := .venv/bin/python
TESTS ?=
.DEFAULT_GOAL := help
.PHONY: help run test check lint format types contracts migrations locks stop

help: ## show the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile

# $(1) = a lock. Nothing touches the network while the stamp in .venv matches it.
define ready
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; say where: make PYTHON=/path/to/python3"; exit 1; }
	@want="$$(cat $(1) | cksum)"; stamp=".venv/lock-$(subst /,-,$(1))"; \
	if [ "$$(cat $$stamp 2>/dev/null)" != "$$want" ] || ! $(PY) -c pass 2>/dev/null; then \
		set -e; \
		if command -v uv >/dev/null; then \
			$(PY) -c pass 2>/dev/null || uv venv --quiet --clear --python "$(PYTHON)" .venv; \
			uv pip install --quiet --python $(PY) --require-hashes -r $(1); \
		else \
			"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
				echo "This Python cannot make .venv. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }; \
			$(PY) -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear .venv; \
			$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1); \
		fi; \
		cat requirements.txt | cksum > .venv/lock-requirements.txt; echo "$$want" > $$stamp; \
	fi
endef

run: ## start everything on http://localhost:$PORT (8000); Ctrl-C stops it
	$(call ready,requirements.txt)
	@exec $(PY) manage.py up

test: ## run all tests, or TESTS="tests/catalog -k accept"
	$(call ready,tests/requirements.txt)
	@$(PY) -m pytest $(or $(TESTS),-n 2)

check: lint types contracts migrations test ## everything that must be green before a commit

lint: ## style of code and templates
	$(call ready,tests/requirements.txt)
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

format: ## put code into the house's format
	$(call ready,tests/requirements.txt)
	@$(PY) -m ruff check --fix --quiet .
	@$(PY) -m ruff format .

types: ## mypy
	$(call ready,tests/requirements.txt)
	@$(PY) -m mypy

contracts: ## no import from a floor above
	$(call ready,tests/requirements.txt)
	@$(PY) -c 'from importlinter.cli import lint_imports_command as c; c()'

migrations: ## models and migrations agree
	$(call ready,tests/requirements.txt)
	@$(PY) manage.py makemigrations --check --dry-run

locks: ## make both locks anew from pyproject.toml
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 pyproject.toml --extra tests \
		-c requirements.txt -o tests/requirements.txt

stop: ## stop the PostgreSQL servers that tests or a killed run left behind
	@$(PY) -m ledger.postgres
