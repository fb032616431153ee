# Plimsoll. `make demo` and `make test` are all that a newcomer needs; each installs what it needs first.

UV := ./scripts/uv
RUN := $(UV) run --frozen --quiet
export UV_PYTHON_DOWNLOADS ?= never

.DEFAULT_GOAL := help
.PHONY: help demo test check fix bench truth clean

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' Makefile | sed 's/:.*## /\t/' | sort | expand -t 10

demo: ## Build a sample jurisdiction, assess it, print the findings and write demo/report.html
	@$(UV) sync --frozen --quiet --inexact --no-default-groups
	@$(RUN) --no-sync plimsoll sample demo/jurisdiction --force \
		--evaders split-providers=1,shells-shared=1,shells-synchronised=1,behind-reseller=1,just-below=1,namesakes=1
	@$(RUN) --no-sync plimsoll assess --usage demo/jurisdiction/usage --parties demo/jurisdiction/kyc \
		--declarations demo/jurisdiction/declarations.yaml --json demo/findings.json --report demo/report.html \
		|| test $$? -eq 3
	@echo
	@echo "The same findings for programs: demo/findings.json. What was planted: demo/jurisdiction/truth.json."

test: ## Run every test
	@$(UV) sync --frozen --quiet
	@$(RUN) pytest -n auto --dist worksteal

check: ## Lint, types, import contracts and the law's worked cases
	@$(UV) sync --frozen --quiet
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy
	@$(RUN) lint-imports --cache-dir .import_linter_cache
	@$(RUN) plimsoll rulebook test

fix: ## Reformat and apply safe corrections
	@$(RUN) ruff check --fix .
	@$(RUN) ruff format .

bench: ## Measure speed as ratios and print the table of docs/reference/benchmarks.md
	@$(UV) sync --frozen --quiet
	@$(RUN) python -m bench.run

truth: ## Measure how many planted evaders are found, over seeds never used before; QUICK=1 for a small trial
	@$(UV) sync --frozen --quiet
	@$(RUN) python -m bench.truth $(if $(QUICK),--quick)

scale: ## Measure 1 to 100 million rows end to end and print the tables of docs/reference/scale.md (hours)
	@$(UV) sync --frozen --quiet
	@$(RUN) python -m bench.scale

clean: ## Remove what the other commands made
	rm -rf demo bench/work .venv .uv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
