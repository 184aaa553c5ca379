# Two commands are all one needs: `make demo` and `make test`.
PYTHON ?= python3.11
# One more than there are cores: half of the time a test waits for a server or a browser.
JOBS ?= $(shell echo $$(($$(nproc 2>/dev/null || echo 2) + 1)))
ARGS ?=
PY := .venv/bin/python
PACKAGES := cli config demo governance inference lineage monitoring packages reports risk verifier
# A process that may not write bytecode compiles every library again at each start (10 s).
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo demo-up audit-drill up setup setup-dev test test-long coverage lint format lock figures screenshots clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

demo: setup ## the whole story on real data, then the platform stays up (ARGS=--exit: end after it)
	$(PY) -m demo $(ARGS)

demo-up: setup ## the demonstration's platform again, on the data that make demo left
	@test -f "$${MUNIMENT_HOME:-var/demo}/this-is-demo-data" || { echo "No demonstration is there yet: make demo"; exit 1; }
	$(PY) manage.py up --demo $(ARGS)

audit-drill: setup ## an auditor checks what the demonstration left; others forge it, and are found
	$(PY) -m demo.drill $(ARGS)

up: setup ## an empty installation on this machine, until Ctrl-C
	$(PY) manage.py up $(ARGS)

setup: .venv/.set-up-demo ## virtual environment with the locked libraries that running needs

setup-dev: .venv/.set-up-dev node_modules/.package-lock.json ## the same with what tests and linters need

test: setup-dev ## the tests (aim: 15 minutes on 2 cores)
	$(PY) -m pytest -n $(JOBS) --dist loadfile $(ARGS)

test-long: setup-dev ## all tests, the long ones too
	$(PY) -m pytest -n $(JOBS) --dist loadfile -m "long or not long" $(ARGS)

coverage: setup-dev ## the tests with branch coverage
	$(PY) -m pytest --cov --cov-report=term $(ARGS)

lint: setup-dev ## every check that .ci/run makes before the tests
	.ci/lint

format: setup-dev ## rewrite the code in the house style
	.venv/bin/ruff check --fix-only --quiet .
	.venv/bin/ruff format .

figures: setup-dev ## measure what docs/ claims, and print it
	@for program in bench/bench_*.py; do echo "# $$program"; $(PY) $$program $(ARGS) || exit 1; done

screenshots: setup-dev ## pictures of every page of a running platform, in var/screenshots
	$(PY) -m bench.screenshots $(ARGS)

lock: setup-dev ## resolve pyproject.toml anew into requirements/ (hashes, no host)
	.ci/lock $(ARGS)

clean: ## remove caches and test servers; data in var/ stays
	rm -rf .cache .venv/.set-up-* *.egg-info

# axe-core, for the accessibility tests; without npm they are skipped, and say so.
node_modules/.package-lock.json: package-lock.json
	@if command -v npm >/dev/null; then npm ci --silent --no-audit --no-fund --ignore-scripts; \
	else echo "npm is missing: tests that need axe-core will be skipped."; fi

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.set-up-%: requirements/%.txt pyproject.toml deploy/install | .venv/bin/python
	deploy/install requirements/$*.txt $(PACKAGES)
	@touch $@
