# Everything lives in .venv, which the first target that needs it makes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test lit check fix docs bench ablation mutants fuzz fuzz-faults fuzz-functions fuzz-optimizer fuzz-programs clean
# A recipe that fails leaves no stamp behind.
.DELETE_ON_ERROR:

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/installed ## Run the two example programs on the simulated provider.
	@$(BIN)/python docs/examples/demo.py
	@echo
	@echo "$$ ember run docs/examples/map_reduce.mlir --input 'docs=@docs/**/*.md'"
	@$(BIN)/ember run docs/examples/map_reduce.mlir --input 'docs=@docs/**/*.md'

test: $(VENV)/installed-dev ## Run all tests of the code: Python, and the FileCheck tests.
	@$(BIN)/python -m pytest -q -n auto --ignore=tests/docs

lit: $(VENV)/installed-dev ## Run the FileCheck tests under stock lit.
	@$(BIN)/lit -sv lit_tests

check: $(VENV)/installed-dev ## Check style, types, imports, and the commands in the documents.
	@$(BIN)/ruff check -q
	@$(BIN)/ruff format -q --check
	@$(BIN)/basedpyright --pythonpath $(BIN)/python
	@$(BIN)/lint-imports --no-cache --no-logo
	@$(BIN)/python -m ember_mlir.tools.reference --check
	@$(BIN)/python -m pytest -q -n auto tests/docs

fix: $(VENV)/installed-dev ## Format the code, and repair what ruff can.
	@$(BIN)/ruff check -q --fix
	@$(BIN)/ruff format -q

docs: $(VENV)/installed ## Write the reference pages from the definitions.
	@$(BIN)/python -m ember_mlir.tools.reference

bench: $(VENV)/installed ## Measure programs and the engine against asyncio by hand, and growth.
	@$(BIN)/python -m ember_mlir.tools.bench.ensemble
	@$(BIN)/python -m ember_mlir.tools.bench.frontend
	@$(BIN)/python -m ember_mlir.tools.bench.engine
	@$(BIN)/python -m ember_mlir.tools.bench.scale
	@$(BIN)/python -m ember_mlir.tools.bench.effects
	@$(BIN)/python -m ember_mlir.tools.bench.corpus

ablation: $(VENV)/installed ## Run the examples without each optimization in turn.
	@$(BIN)/python -m ember_mlir.tools.ablation

mutants: $(VENV)/installed-dev ## Give the passes bugs, and see which ones the tests notice.
	@$(BIN)/python -m ember_mlir.tools.mutants

fuzz: $(VENV)/installed fuzz-faults fuzz-optimizer ## Try hostile texts, and the two below.
	@$(BIN)/python -m ember_mlir.tools.fuzz --count $(or $(COUNT),100000) --seed $(or $(SEED),1)

fuzz-optimizer: $(VENV)/installed-dev ## Optimize 10 000 random programs, for half an hour.
	@$(BIN)/python -m pytest -q -n auto --hypothesis-profile=fuzz tests/test_optimizer.py

fuzz-functions: $(VENV)/installed-dev ## Capture 70 000 random Python functions, for hours.
	@$(BIN)/python -m pytest -q -n auto --hypothesis-profile=fuzz tests/frontend/test_control_fuzz.py \
	  tests/frontend/test_container_fuzz.py tests/frontend/test_handler_fuzz.py \
	  tests/frontend/test_name_fuzz.py

fuzz-programs: $(VENV)/installed-dev ## Try 10 000 random programs with each law, for hours.
	@$(BIN)/python -m pytest -q -n auto --hypothesis-profile=fuzz tests/test_programs.py \
	  tests/test_differential.py tests/test_noninterference.py tests/test_optimizer.py \
	  tests/passes/test_canonicalize.py

fuzz-faults: $(VENV)/installed ## Run 10 000 programs under faults: make fuzz-faults COUNT=200 SEED=2
	@$(BIN)/python -m ember_mlir.tools.fuzz.faults --count $(or $(COUNT),10000) --seed $(or $(SEED),1)

clean: ## Remove the environment and all that was made.
	@rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -prune -exec rm -rf {} +
	@find lit_tests -name Output -prune -exec rm -rf {} +

# The environment. A stamp is newer than pyproject.toml as long as nothing has to be done.

define install
	@echo "Installing $(1) into $(VENV) …"
	@$(BIN)/python -m pip install --disable-pip-version-check -e '$(1)' > $(VENV)/pip.log 2>&1 \
	  || { cat $(VENV)/pip.log >&2; echo "pip failed; its output is above" >&2; exit 1; }
endef

$(VENV)/installed: pyproject.toml $(BIN)/python
	$(call install,.)
	@touch $@

$(VENV)/installed-dev: pyproject.toml $(BIN)/python
	$(call install,.[dev])
	@touch $(VENV)/installed $@

$(BIN)/python:
	@command -v $(PYTHON) > /dev/null || { \
	  echo "'$(PYTHON)' must be installed, but is not;" \
	    "install Python 3.11 or later, or name it: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "'$(PYTHON)' must be Python 3.11 or later, but is $$($(PYTHON) -V 2>&1);" \
	    "install a later one and name it: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || { \
	  echo "'$(PYTHON)' must have the module venv, but has not;" \
	    "install it (Debian, Ubuntu: apt-get install python3-venv)" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
