# ctest, asan, tsan: the C tests in three builds. fuzz: the fuzz targets, FUZZ_SECONDS each;
# fuzz-corpus: their kept inputs once more, without clang. Works by itself (make -f csrc/tests.mk
# ctest) and included by the Makefile, which may name in GS_TEST_NEEDS what must stand before
# anything is compiled (GS_TEST_NEEDS_fuzz: with clang). TESTS=net/% runs only those.

FUZZ_SECONDS ?= 60
TESTS ?= %

# All C sources but the extension's, programs' and tests'.
GS_T_SOURCES := $(sort $(filter-out %_test.c %_fuzz.c %/main.c,$(wildcard csrc/base/*.c \
	csrc/plan/*.c csrc/stat/*.c csrc/net/*.c csrc/engine/*.c csrc/target/*.c)))
GS_T_FOLDERS := base plan stat net engine target
GS_T_TESTS := $(sort $(wildcard $(GS_T_FOLDERS:%=csrc/%/*_test.c)))
GS_T_FUZZ := $(sort $(wildcard $(GS_T_FOLDERS:%=csrc/%/*_fuzz.c)))

GS_T_WARN := -Wall -Wextra -Wshadow -Werror
GS_T_FLAGS = -std=c11 -D_GNU_SOURCE $(GS_T_WARN) -g -Icsrc -MMD -MP \
	$(shell pkg-config --cflags libuv openssl zlib)
GS_T_LIBS = $(shell pkg-config --libs libuv openssl zlib) -lm -lpthread

GS_T_CLANG ?= clang
GS_T_UBSAN := -fno-sanitize-recover=undefined -fno-omit-frame-pointer

# How each build is compiled, linked and run.
GS_T_CC_ctest = $(CC)
GS_T_CFLAGS_ctest := -O1
GS_T_CC_asan = $(CC)
GS_T_CFLAGS_asan := -O1 -fsanitize=address,undefined $(GS_T_UBSAN)
GS_T_ENV_asan := ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1 \
	UBSAN_OPTIONS=print_stacktrace=1
GS_T_CC_tsan = $(CC)
GS_T_CFLAGS_tsan := -O1 -fsanitize=thread
GS_T_ENV_tsan := TSAN_OPTIONS=halt_on_error=0:exitcode=66:second_deadlock_stack=1
GS_T_CC_fuzz = $(GS_T_CLANG)
GS_T_CFLAGS_fuzz := -O1 -fsanitize=fuzzer-no-link,address,undefined $(GS_T_UBSAN)

.PHONY: ctest asan tsan fuzz fuzz-corpus
.SECONDARY:

# $(1): the build's name. Objects in build/NAME, an archive of all sources, a program for each test.
define GS_T_BUILD
build/$(1)/%.o: csrc/%.c csrc/tests.mk | $$(GS_TEST_NEEDS) $$(GS_TEST_NEEDS_$(1))
	@mkdir -p $$(@D)
	$$(GS_T_CC_$(1)) $$(GS_T_FLAGS) $$(GS_T_CFLAGS_$(1)) -c $$< -o $$@

build/$(1)/libgoose.a: $$(GS_T_SOURCES:csrc/%.c=build/$(1)/%.o)
	@rm -f $$@
	@ar rcs $$@ $$^

build/$(1)/%_test: build/$(1)/%_test.o build/$(1)/libgoose.a
	@$$(GS_T_CC_$(1)) $$(GS_T_CFLAGS_$(1)) $$^ -o $$@ $$(GS_T_LIBS)

-include $$(wildcard build/$(1)/*/*.d)
endef

$(foreach build,ctest asan tsan fuzz,$(eval $(call GS_T_BUILD,$(build))))

# $(1): the build. Every test's lines, then the ones that failed. A test that hangs is ended.
define GS_T_RUN
	@failed=; for test in $(patsubst csrc/%.c,%,$(filter $(TESTS:%=csrc/%),$(GS_T_TESTS))); do \
		echo "$(1) $$test"; \
		GOOSE_TEST_TMP=build/$(1) $(GS_T_ENV_$(1)) timeout 120 build/$(1)/$$test || \
			failed="$$failed $$test"; \
	done; \
	if [ -n "$$failed" ]; then echo "$(1): FAILED:$$failed" >&2; exit 1; fi; \
	echo "$(1): all C tests passed"
endef

ctest: $(GS_T_TESTS:csrc/%.c=build/ctest/%) fuzz-corpus
	$(call GS_T_RUN,ctest)

asan: $(GS_T_TESTS:csrc/%.c=build/asan/%)
	$(call GS_T_RUN,asan)

tsan: $(GS_T_TESTS:csrc/%.c=build/tsan/%)
	$(call GS_T_RUN,tsan)

# ---- fuzzing --------------------------------------------------------------------------------

build/fuzz/%_fuzz: build/fuzz/%_fuzz.o build/fuzz/libgoose.a
	@$(GS_T_CC_fuzz) $(GS_T_CFLAGS_fuzz) -fsanitize=fuzzer $^ -o $@ $(GS_T_LIBS)

build/ctest/%_fuzz: build/ctest/%_fuzz.o build/ctest/fuzz/replay.o build/ctest/libgoose.a
	@$(GS_T_CC_ctest) $(GS_T_CFLAGS_ctest) $^ -o $@ $(GS_T_LIBS)

# New inputs gather in build/fuzz/corpus; what crashes stays in build/fuzz.
fuzz: $(GS_T_FUZZ:csrc/%.c=build/fuzz/%)
	@failed=; for program in $(filter $(TESTS:%=build/fuzz/%),$^); do \
		name=$$(basename $$program _fuzz); \
		echo "fuzz $$name, $(FUZZ_SECONDS) s"; \
		mkdir -p build/fuzz/corpus/$$name; \
		$$program -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=1024 \
			-verbosity=0 -print_final_stats=1 -artifact_prefix=build/fuzz/$$name- \
			build/fuzz/corpus/$$name csrc/fuzz/corpus/$$name 2>&1 | \
			tee build/fuzz/$$name.log | grep -E 'ERROR|SUMMARY|executed|new_units|Test unit' || true; \
		! grep -q 'SUMMARY' build/fuzz/$$name.log || failed="$$failed $$name"; \
	done; \
	if [ -n "$$failed" ]; then echo "fuzz: FAILED:$$failed (build/fuzz/NAME.log)" >&2; exit 1; fi

fuzz-corpus: $(GS_T_FUZZ:csrc/%.c=build/ctest/%)
	@for program in $^; do \
		$$program csrc/fuzz/corpus/$$(basename $$program _fuzz) || exit 1; \
	done
