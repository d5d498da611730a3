# The commands of the house. `make run` and `make test` set up everything they need: Python 3.11 and make are enough.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run world test test-postgresql test-browser check bench bench-model docs fix lock clean runtime data development

PY := .venv/bin/python
WORKERS ?= auto
export PYTHONPATH := src
export PYTHONUTF8 := 1

# VIGIE_NO_SKIP=1 turns every skipped test into a failure (.ci/run sets it).
PYTEST := -m pytest $(if $(VIGIE_NO_SKIP),-p tests.no_skip)
ENVIRONMENT = python=$$(sh scripts/find_python.sh) && "$$python" scripts/environment.py
COMPILE := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links $(UPGRADE)

help:
	@echo 'make run              the working product with invented data, on http://127.0.0.1:8000 (VIGIE_PORT changes it)'
	@echo 'make world            a new invented world in place of the present one'
	@echo 'make test             the tests, on SQLite, without a browser'
	@echo 'make test-postgresql  the same on a throw-away PostgreSQL'
	@echo 'make test-browser     journeys and accessibility in Chromium'
	@echo 'make check            format, lint, types, imports, templates, migrations, generated pages'
	@echo 'make bench            the measured promises (docs/developer/performance.md)'
	@echo 'make bench-model     the model on public tables of failures (VIGIE_BENCHMARKS names their folder)'
	@echo 'make docs             the generated reference pages'
	@echo 'make fix              format and what the linter can mend by itself'
	@echo 'make lock             the locked lists anew (UPGRADE=--upgrade takes the latest versions)'
	@echo 'make clean            removes the environment and the caches; the data in var/ stay'

runtime:
	@$(ENVIRONMENT) runtime

data:
	@$(ENVIRONMENT) data

development:
	@$(ENVIRONMENT) dev

run: data
	@exec $(PY) -m scripts.run

world: data
	@exec $(PY) -m scripts.run --rebuild

test: development
	@$(PY) $(PYTEST) -n $(WORKERS) --dist worksteal -m 'not browser and not postgresql' $(ARGS)

# Folders that ask nothing of the database (docs/decisions/0016-what-postgresql-repeats.md): its tests ran in `make test`.
WITHOUT_DATABASE := tests/detection tests/publication tests/config tests/connectors tests/kernel tests/ui

test-postgresql: development
	@echo 'Without $(WITHOUT_DATABASE), nor the tests of growing queries, nor those that find the database closed: all ran in make test.'
	@exec $(PY) -m scripts.postgresql -- $(PY) $(PYTEST) -n 2 --dist worksteal -m 'not browser and not growth and not no_database' $(WITHOUT_DATABASE:%=--ignore=%) $(ARGS)

# In the order written, a file whole in one process: its journeys follow each other in one living world. Files too keep
# their order: the two that read the example lists would otherwise begin together, one waiting for the other to make them.
test-browser: development
	@sh scripts/find_chromium.sh
	@$(PY) scripts/browser_assets.py
	@$(PY) $(PYTEST) -p no:randomly -n 2 --dist loadfile --no-loadscope-reorder -m browser $(ARGS)

# Each check is a target of its own: `make -k check` tells everything in one round.
CHECKS := check-format check-lint check-types check-imports check-templates check-security check-migrations check-docs
.PHONY: $(CHECKS)

check: $(CHECKS)

$(CHECKS): development

check-format:
	$(PY) -m ruff format --check --quiet .

check-lint:
	$(PY) -m ruff check --quiet .

check-types:
	$(PY) -m mypy --no-error-summary src scripts

check-imports:
	.venv/bin/lint-imports --no-logo

check-templates:
	$(PY) -m djlint --lint --quiet src

check-security:
	$(PY) -m bandit --quiet --recursive --configfile pyproject.toml src

check-migrations:
	$(PY) manage.py makemigrations --check --dry-run

check-docs:
	$(PY) manage.py build_reference --check
	$(PY) -m scripts.detection_reference --check

bench: development
	@$(PY) -m bench $(ARGS)

bench-model: development
	@$(PY) -m bench.model $(ARGS)

docs: development
	$(PY) manage.py build_reference
	$(PY) -m scripts.detection_reference

fix: development
	$(PY) -m ruff check --fix --quiet .
	$(PY) -m ruff format --quiet .

lock: development
	$(COMPILE) requirements/runtime.in -o requirements/runtime.lock
	$(COMPILE) requirements/data.in -c requirements/runtime.lock -o requirements/data.lock
	$(COMPILE) requirements/dev.in -c requirements/data.lock -o requirements/dev.lock
	$(COMPILE) requirements/node.in -o requirements/node.lock
	@if command -v npm >/dev/null; then npm install --package-lock-only; \
	else echo 'package-lock.json stays as it is: npm is not installed.'; fi

clean:
	rm -rf .venv node_modules build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	find src tests scripts bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
