# Heedline. Two commands for newcomers: `make demo` and `make test`. `make help` names the rest.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PY := .venv/bin/python
TEMPLATES = git ls-files -co --exclude-standard -- 'src/**/*.html'
# The settings are imported by type checking: they must then belong to no process.
# Bytecode is kept, also where the surroundings say otherwise: six hundred files of tests are compiled once, not in each process.
NOBODY := env -u PYTHONDONTWRITEBYTECODE -u HEEDLINE_PROCESS -u HEEDLINE_DATABASE_URL -u HEEDLINE_SECRET_KEY -u HEEDLINE_DEMO -u HEEDLINE_HOME

# Tests that commit, or change what a whole process shares (its standard error, its temporary folder): by themselves.
# The log is put in order only up to the oldest transaction that runs anywhere on the server, so a second worker with a
# database of its own would still hold it up. They run beside all others, on a server of their own (ALONE).
COMMITTING := tests/laws/test_canary_law.py tests/laws/test_time_law.py tests/laws/test_log_order.py tests/laws/test_log_watch.py tests/laws/test_log_export.py tests/laws/test_log_attackers.py tests/laws/test_witness.py tests/casework/journey/test_races.py
COMMITTING += tests/laws/test_draft_law.py tests/laws/test_statistics.py tests/laws/test_killed_readdressing.py tests/laws/test_log_keys.py
ALONE := HEEDLINE_TEST_HOME=$(CURDIR)/var/test-postgres-alone $(PY) -m pytest -o cache_dir=.pytest_cache/alone
AGAIN := --last-failed --last-failed-no-failures=none -rpfE# exit code 5: no test failed
# Printed at the end of each run, so that a test that becomes slow is seen.
SLOWEST := --durations=20
# Start a sandbox and programs in it for each test: a third of the time of all rules, and `make test` runs them.
SANDBOXED := $(wildcard tests/rules/files/test_derivative_*.py) tests/rules/files/test_sandbox.py
# Hypothesis tries 25 examples of each here (tests/support/cases.py), and all of them in `make test`.
# Two processes, each with its half of the rules, by the time that they take. xdist would read all of them in each worker,
# and send five messages for each test: a third of the whole.
HALF := tests/rules/material tests/rules/packs tests/rules/intake tests/rules/vault tests/rules/audit tests/rules/test_office_terms.py tests/rules/test_search_query.py
RULES := HEEDLINE_NO_DATABASE=1 $(PY) -m pytest -p no:django -p no:xdist -m "not thorough"
OF_HALF := -o cache_dir=.pytest_cache/rules

.PHONY: help demo demo-charity test again rules check fix docs leaflets trees attack bench quality lock sbom freeze release clean ready-demo ready-dev ready-browser

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ready-demo ## install, start everything with an invented desk and reports, until Ctrl-C
	@exec .venv/bin/heedline demo

# An installation of its own: another home, other ports, another database and other keys (ADR 189).
demo-charity: ready-demo ## the same with an invented independent charity, which can run beside `make demo`
	@exec env HEEDLINE_PACK=charity HEEDLINE_HOME=$${HEEDLINE_HOME:-var-charity} \
	HEEDLINE_SPECIALIST_DESKS=$${HEEDLINE_SPECIALIST_DESKS:-heedline.specialist_desks.intelligence} \
	HEEDLINE_PUBLIC_PORT=$${HEEDLINE_PUBLIC_PORT:-8100} HEEDLINE_OFFICE_PORT=$${HEEDLINE_OFFICE_PORT:-8101} \
	HEEDLINE_FILES_PORT=$${HEEDLINE_FILES_PORT:-8102} HEEDLINE_PARTNER_PORT=$${HEEDLINE_PARTNER_PORT:-8103} \
	.venv/bin/heedline demo

test: ready-dev ready-browser ## install what tests need, and run every test (ARGS=… for some)
	@mkdir -p var && rm -f var/html/*.html
	@failed=0; alone=; trap '[ -z "$$alone" ] || kill $$alone 2>/dev/null || true' EXIT; \
	[ -n "$(ARGS)" ] || { $(NOBODY) $(ALONE) $(SLOWEST) $(COMMITTING) >var/alone.log 2>&1 & alone=$$!; }; \
	$(NOBODY) $(PY) -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(SLOWEST) $(if $(ARGS),$(ARGS),$(COMMITTING:%=--ignore=%)) || failed=1; \
	[ -n "$(ARGS)" ] || $(PY) -m tests.browser.validate || failed=1; \
	[ -z "$$alone" ] || { wait $$alone || failed=1; alone=; cat var/alone.log; }; \
	exit $$failed

again: ready-dev ready-browser ## run only the tests that failed last time, one after the other
	@failed=0; \
	$(NOBODY) $(PY) -m pytest $(AGAIN) $(COMMITTING:%=--ignore=%) || [ $$? = 5 ] || failed=1; \
	$(NOBODY) $(ALONE) $(AGAIN) $(COMMITTING) || [ $$? = 5 ] || failed=1; \
	$(NOBODY) $(RULES) $(OF_HALF) $(AGAIN) $(HALF) || [ $$? = 5 ] || failed=1; \
	$(PY) -m tests.browser.validate || failed=1; \
	exit $$failed

rules: ready-dev ## run the quick tests without a database: none of a sandbox, none marked as thorough (seconds)
	@mkdir -p var; failed=0; half=; trap '[ -z "$$half" ] || kill $$half 2>/dev/null || true' EXIT; \
	$(NOBODY) $(RULES) $(OF_HALF) $(HALF) $(ARGS) >var/rules.log 2>&1 & half=$$!; \
	$(NOBODY) $(RULES) tests/rules $(HALF:%=--ignore=%) $(SANDBOXED:%=--ignore=%) $(ARGS) || [ $$? = 5 ] || failed=1; \
	wait $$half || [ $$? = 5 ] || failed=1; half=; cat var/rules.log; \
	exit $$failed

check: ready-dev ## format, lint, types, architecture, templates, generated papers (seconds)
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/ruff check --quiet .
	@$(NOBODY) .venv/bin/mypy
	@said=$$(.venv/bin/lint-imports --no-logo 2>&1) || { echo "$$said"; exit 1; }
	@$(TEMPLATES) | xargs -r .venv/bin/djade --target-version 6.1 --check
	@$(TEMPLATES) | xargs -r .venv/bin/djlint --lint --quiet
	@$(NOBODY) .venv/bin/heedline docs --check
	@$(NOBODY) .venv/bin/heedline leaflets --check

fix: ready-dev ## format, and repair what tools can repair
	@.venv/bin/ruff check --fix --quiet . || true
	@.venv/bin/ruff format --quiet .
	@$(TEMPLATES) | xargs -r .venv/bin/djade --target-version 6.1

docs: ready-dev ## write the papers that are printed from code (docs/journey.md, access.md, languages.md, database-access.md)
	@$(NOBODY) .venv/bin/heedline docs

leaflets: ready-dev ## make the PDFs that the public site hands out, from its words (needs Pango)
	@$(NOBODY) .venv/bin/heedline leaflets

trees: ready-dev ready-browser ## write what a screen reader is told of every public page (tests/trees/), to be read before it is committed
	@$(NOBODY) HEEDLINE_TREES=1 $(PY) -m pytest -q tests/journeys/test_trees.py

attack: ready-dev ## attack an instance of its own on this machine, one line each: held or fell (ARGS=--short: a minute)
	@$(NOBODY) $(PY) scripts/attack.py $(ARGS)

bench: ready-dev ## measure the budgets; writes var/bench.json
	@$(PY) scripts/bench.py

quality: ready-dev ## print precision and recall of matching on the labelled reports (ARGS=--write: into docs/matching.md)
	@$(NOBODY) $(PY) scripts/quality.py $(ARGS)

LOCK := .venv/bin/uv pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-header --no-annotate
lock: ready-dev ## resolve the dependencies of pyproject.toml anew, with hashes (UPGRADE=1 takes newest versions)
	@$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml --all-extras --group dev -o requirements-dev.lock
	@$(LOCK) pyproject.toml --extra embedded --extra capture --constraint requirements-dev.lock -o requirements.lock
	@$(LOCK) pyproject.toml --extra embedded --extra capture --extra s3 --constraint requirements-dev.lock -o requirements-s3.lock
	@$(LOCK) $(if $(UPGRADE),--upgrade) --group build -o requirements-build.lock

sbom: ready-dev ## list what a running installation consists of, with hashes and licences of origin (var/sbom.json, CycloneDX)
	@mkdir -p var
	@.venv/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible --of JSON -o var/sbom.json

freeze: ready-dev ## freeze the migrations of a release (RELEASE=0.2.0); see docs/releases.md
	@$(NOBODY) $(PY) scripts/freeze.py $(RELEASE)

release: ready-dev ## build the wheel, its SBOM and their sums into dist/, signed if there is a key (KEY=file)
	@scripts/release.sh $(KEY)

clean: ## remove what was installed and cached (var/, where the demonstration lives, stays)
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache tests/*/node_modules
	@find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

ready-demo:
	@scripts/bootstrap.sh demo
ready-dev:
	@scripts/bootstrap.sh dev
ready-browser:
	@scripts/bootstrap.sh browser
