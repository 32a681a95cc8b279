# songbuild: `make demo` builds example_song, `make test` passes the tests; both set up .venv by themselves.
PYTHON ?= python3
BIN := .venv/bin
unexport PYTHONDONTWRITEBYTECODE  # every process that a test or a benchmark starts would compile songbuild anew

.PHONY: demo test style types suite soak lint bench docs clean

demo: .venv/.core
	$(BIN)/songbuild render example_song --trust

test: .venv/.test style
	$(MAKE) --jobs 2 --no-print-directory types suite

style: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: .venv/.test
	$(BIN)/mypy

suite: .venv/.test
	$(BIN)/pytest -n auto --dist worksteal

# Hours: other random histories each time, and 200 edits of example_song; what fails says how to see it again.
soak: export SONGBUILD_SEED ?= $(shell date +%s)
soak: export SONGBUILD_HISTORIES ?= 100000
soak: export SONGBUILD_SOAK ?= 200
soak: .venv/.test
	$(BIN)/pytest -n auto --dist worksteal tests/engine/test_proof.py tests/test_incremental.py tests/test_album_delivered.py

lint: style types

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

.venv/.test: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[test]'
	touch .venv/.core $@

.venv/.bench: .venv/.core
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[bench]'
	touch $@
