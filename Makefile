# `make example` grades the example classes, `make test` runs every check; both make what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The build of the package itself takes its tools from the same pins.
PIP := PIP_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet -c constraints.txt
CLASSES := csc413-2021-hw2 csc413-2021-hw1 csc413-2020-hw1 eecs182-sp25-hw0

.PHONY: example test clean

example: $(VENV)/installed
	@# Compiled here, because PYTHONDONTWRITEBYTECODE may be set.
	@$(BIN)/python -m compileall -q grader reference
	@for class in $(CLASSES); do $(BIN)/grader grade submissions_example/$$class --out out/$$class || exit 1; echo; done

test: $(VENV)/installed-dev
	@$(BIN)/python -m compileall -q grader reference
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto

clean:
	rm -rf $(VENV) out

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("grader needs Python 3.11 or newer; name one: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing into $(VENV), once; this takes a minute or so."
	@$(PIP) -e .
	@touch $@

$(VENV)/installed-dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing with the tools for tests into $(VENV), once; this takes a minute or so."
	@$(PIP) -e '.[dev]'
	@touch $@ $(VENV)/installed
