# songbuild: `make demo` builds example_song, `make test` passes the tests; both set up .venv by themselves.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint bench docs clean

demo: .venv/.core
	$(BIN)/songbuild render example_song --trust

test: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto --dist worksteal

lint: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/.bench
	$(BIN)/python bench/run.py

docs: .venv/.core
	$(BIN)/songbuild schema --out schemas
	$(BIN)/python docs/generate.py

clean:
	rm -rf .venv example_song/out

.venv/.core: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	touch $@

.venv/.test: .venv/.core
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[test]'
	touch $@

.venv/.bench: .venv/.core
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[bench]'
	touch $@
