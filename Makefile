# make demo, make test: everything from a fresh Debian or Ubuntu machine. See README.md.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := build/stamp

C_SOURCES := $(shell find csrc -name '*.[ch]' ! -name '*_test.c' ! -name '*_fuzz.c')

.PHONY: demo test ctest pytest asan-python fresh bench soak lint format clean help

demo: $(STAMP)/installed
	$(BIN)/goose-py demo

test: ctest pytest

pytest: $(STAMP)/test-packages $(STAMP)/dev
	$(BIN)/python -m pytest -q $(PYTEST_ARGS)

# ---- installing, each step once ------------------------------------------------------------

$(STAMP)/packages: scripts/install-packages.sh
	scripts/install-packages.sh build
	@mkdir -p $(@D) && touch $@

$(STAMP)/test-packages: scripts/install-packages.sh
	scripts/install-packages.sh test
	@mkdir -p $(@D) && touch $@

$(STAMP)/venv: $(STAMP)/packages
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --upgrade pip "setuptools>=77" wheel "greenlet>=2.0"
	@touch $@

# In place and without build isolation, so that only what changed is compiled again.
$(STAMP)/installed: $(STAMP)/venv setup.py pyproject.toml $(C_SOURCES)
	GOOSE_WERROR=$(if $(CI),1,$(GOOSE_WERROR)) $(BIN)/pip install -q --no-build-isolation -e .
	@touch $@

$(STAMP)/dev: $(STAMP)/installed
	$(BIN)/pip install -q "pytest>=8" "hypothesis>=6.100" "requests>=2.32"
	@touch $@

$(STAMP)/lint-tools: $(STAMP)/dev
	scripts/install-packages.sh lint
	$(BIN)/pip install -q "ruff>=0.6" "mypy>=1.11" types-requests types-greenlet
	@touch $@

# ---- C tests, sanitizers, fuzzing ----------------------------------------------------------

GS_TEST_NEEDS := $(STAMP)/packages
GS_TEST_NEEDS_fuzz := $(STAMP)/fuzz-packages
csrc/tests.mk: ;
include csrc/tests.mk

$(STAMP)/fuzz-packages: $(STAMP)/packages
	scripts/install-packages.sh fuzz
	@touch $@

# The Python suite under AddressSanitizer. Stack instrumentation of our own code is off, for greenlets
# copy stacks and its shadow does not follow; leaks are not looked for, for CPython's own are many.
ASAN_PYTHON_TESTS ?= test_compiled.py test_locust_scripts.py test_users.py test_requests_parity.py

asan-python: $(STAMP)/test-packages $(STAMP)/dev
	GOOSE_CFLAGS="-fsanitize=address --param asan-stack=0 -fno-omit-frame-pointer -O1" \
	GOOSE_LDFLAGS="-fsanitize=address" \
	$(BIN)/python setup.py -q build_ext --build-lib build/pyasan --build-temp build/pyasan-temp
	cp -r goose/*.py goose/demo goose/_compiler build/pyasan/goose/
	cd build/pyasan && LD_PRELOAD="$$($(CC) -print-file-name=libasan.so) $$($(CC) -print-file-name=libstdc++.so.6)" PYTHONMALLOC=malloc \
	ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0 \
	$(CURDIR)/$(BIN)/python -m pytest -q -p no:cacheprovider --rootdir ../.. \
	$(ASAN_PYTHON_TESTS:%=../../tests/%)

# ---- long runs -----------------------------------------------------------------------------

bench: $(STAMP)/installed build/bench/loop build/bench/goose-target
	scripts/install-packages.sh bench
	$(BIN)/python benchmarks/bench.py $(BENCH_ARGS)

soak: $(STAMP)/installed build/bench/goose-target
	$(BIN)/python benchmarks/soak.py $(SOAK_ARGS)

BENCH_CFLAGS := -std=c11 -D_GNU_SOURCE -O2 -g -Icsrc
BENCH_LIBS = $(shell pkg-config --cflags --libs libuv openssl zlib) -lm -lpthread
LOOP_SOURCES := benchmarks/loop.c $(filter %.c,$(filter csrc/base/% csrc/plan/% csrc/stat/% csrc/net/% csrc/engine/%,$(C_SOURCES)))
TARGET_SOURCES := $(filter %.c,$(filter csrc/base/% csrc/stat/% csrc/net/% csrc/target/%,$(C_SOURCES)))

build/bench/loop: $(LOOP_SOURCES) $(STAMP)/packages
	@mkdir -p $(@D)
	$(CC) $(BENCH_CFLAGS) $(LOOP_SOURCES) -o $@ $(BENCH_LIBS)

build/bench/goose-target: $(TARGET_SOURCES) $(STAMP)/packages
	@mkdir -p $(@D)
	$(CC) $(BENCH_CFLAGS) $(TARGET_SOURCES) -o $@ $(BENCH_LIBS)

# ---- keeping it tidy -----------------------------------------------------------------------

lint: $(STAMP)/lint-tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	clang-format --dry-run --Werror $(shell find csrc benchmarks -name '*.[ch]')

format: $(STAMP)/lint-tools
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	clang-format -i $(shell find csrc benchmarks -name '*.[ch]')

# Both README commands in a bare Debian root. As root.
fresh:
	scripts/fresh.sh

clean:
	rm -rf build $(VENV) goose/*.so *.egg-info

help:
	@echo "demo   install what is missing, run the example on the packaged target"
	@echo "test   install what is missing, run all tests"
	@echo "asan   C tests under AddressSanitizer and UBSan;  tsan: under ThreadSanitizer"
	@echo "asan-python  the Python suite under AddressSanitizer"
	@echo "fuzz   the fuzz targets, FUZZ_SECONDS each;  soak: 10 minutes at full rate"
	@echo "bench  goose-py against wrk;  lint: ruff, mypy, clang-format;  fresh: in a bare Debian"
