# aee: small programs from orders to confirmed anomalies.
# Targets: all run check sanitize coverage fuzz bench golden format lint
# install uninstall clean.  Everything built goes to $(B), everything that a
# run leaves behind to out/.

VERSION = 0.1.0
B       = build
PREFIX  = /usr/local
DESTDIR =
SECONDS = 60

CC      ?= cc
OPT     ?= -O2 -g
WARN    = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wformat=2 -Wundef
CSTD    = -std=gnu11 -ffp-contract=off
CPPFLAGS += -Icommon -D_GNU_SOURCE -DAEE_VERSION='"$(VERSION)"'
ALL_CFLAGS = $(CSTD) $(OPT) $(WARN) $(if $(CI),-Werror) $(SAN) $(CFLAGS)
LDLIBS  = -lcsv -lyaml -lcjson -lm

# A program is tools/aee-*.c; what else is in tools/ is a part of one.
TOOL_SRC := $(sort $(wildcard tools/aee-*.c))
LIB_SRC  := $(sort $(wildcard common/*/*.c) \
	$(filter-out $(TOOL_SRC),$(wildcard tools/*.c)))
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
BENCH_SRC := $(sort $(wildcard tests/bench/bench_*.c))

LIB   = $(B)/libaee.a
TOOLS = $(TOOL_SRC:tools/%.c=$(B)/bin/%)
UNITS = $(UNIT_SRC:tests/unit/%.c=$(B)/unit/%) $(B)/unit/test_fastpath_words
REPLAYS = $(FUZZ_SRC:tests/fuzz/%.c=$(B)/replay/%)
FUZZERS = $(FUZZ_SRC:tests/fuzz/%.c=$(B)/fuzz/%)
BENCHES = $(BENCH_SRC:tests/bench/%.c=$(B)/bench/%)
OBJ   = $(patsubst %.c,$(B)/obj/%.o,$(LIB_SRC) $(TOOL_SRC) $(UNIT_SRC) \
	$(FUZZ_SRC) $(BENCH_SRC) tests/fuzz/replay.c)
SHELL_SRC = bootstrap .ci/run $(wildcard pipelines/*.sh tests/*.sh tests/*/*.sh)
MAN   := $(sort $(wildcard man/*.[1-8]))

all: $(TOOLS)

# What programs read at run time is beside them, as it is when installed.
$(TOOLS): | $(B)/share/aee
$(B)/share/aee:
	@mkdir -p $(@D)
	ln -sfn $(abspath config) $@

$(B)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(LIB_SRC:%.c=$(B)/obj/%.o)
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/bin/%: $(B)/obj/tools/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# The text of files that a program carries, as an array: $(call carry,NAME,FILES)
carry = { echo 'extern const char $(1)[];'; echo 'const char $(1)[] ='; \
	    cat $(2) | sed 's/[\\"]/\\&/g; s/.*/    "&\\n"/'; echo; \
	    echo '    "";'; }

# A configuration, as config_NAME.
$(B)/gen/%.c: config/%.yaml Makefile
	@mkdir -p $(@D)
	$(call carry,config_$*,$<) >$@

$(B)/obj/gen/%.o: $(B)/gen/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(B)/bin/aee-simulate: $(B)/obj/gen/simulation.o

# What a report's page carries: its style and script, and dygraphs from its
# package, without the line that makes browsers ask for another file.  Where the
# package is missing the charts are still drawings.
DYGRAPHS = /usr/share/javascript/dygraphs
DYGRAPHS_JS := $(wildcard $(DYGRAPHS)/dygraph.min.js)
DYGRAPHS_CSS := $(wildcard $(DYGRAPHS)/dygraph.min.css)
DYGRAPHS_C = $(B)/gen/dygraphs-$(if $(DYGRAPHS_JS),in,out).c

$(B)/gen/report_page.c: tools/report.css tools/report.js Makefile
	@mkdir -p $(@D)
	{ $(call carry,report_css,tools/report.css); \
	    $(call carry,report_js,tools/report.js); } >$@

$(DYGRAPHS_C): $(DYGRAPHS_JS) $(DYGRAPHS_CSS) Makefile
	@mkdir -p $(@D)
	$(if $(DYGRAPHS_JS),,@echo 'aee-report: no $(DYGRAPHS)/dygraph.min.js (package libjs-dygraphs): its charts will not move')
	{ $(call carry,dygraphs_js,$(DYGRAPHS_JS) /dev/null); \
	    $(call carry,dygraphs_css,$(DYGRAPHS_CSS) /dev/null); } | \
	    sed '/^    ".*# sourceMappingURL=/d' >$@

$(B)/bin/aee-report: $(B)/obj/gen/report_page.o $(DYGRAPHS_C:$(B)/gen/%.c=$(B)/obj/gen/%.o)

$(B)/unit/%: $(B)/obj/tests/unit/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

# The fast paths of the readers without SSE2, and a program without fast paths:
# tests compare them with the others.
$(B)/words/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -DAEE_NO_SSE2 $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

WORDS = $(patsubst %,$(B)/words/%.o,common/record/csvin common/record/ndjson \
	tests/unit/test_fastpath)

$(B)/unit/test_fastpath_words: $(WORDS) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

$(B)/plain/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -DAEE_PLAIN $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/plain/aee-kpi: $(B)/obj/tools/aee-kpi.o $(B)/plain/common/record/recin.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/replay/%: $(B)/obj/tests/fuzz/%.o $(B)/obj/tests/fuzz/replay.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/bench/%: $(B)/obj/tests/bench/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(BENCH_LDLIBS) $(LDLIBS)

# It reads reference cases as the unit tests do.
$(B)/bench/bench_forecast: BENCH_LDLIBS = -lcmocka
$(B)/obj/tests/bench/bench_forecast.o: CPPFLAGS += -Itests/unit

-include $(OBJ:.o=.d) $(WORDS:.o=.d) $(B)/plain/common/record/recin.d

# ---- tests ----------------------------------------------------------------

check: $(TOOLS) $(UNITS) $(REPLAYS) $(B)/plain/aee-kpi
	@B=$(B) tests/run.sh

units: $(UNITS)
	@B=$(B) tests/run.sh unit

sanitize:
	$(MAKE) B=$(B)/san OPT='-O1 -g' \
	    SAN='-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer' check

coverage:
	@if [ -d $(B)/cov ]; then find $(B)/cov -name '*.gcda' -delete; fi
	$(MAKE) B=$(B)/cov OPT='-O0 -g --coverage' check
	tests/coverage.sh $(B)/cov

# Each target for SECONDS; findings stay in $(B)/fuzz.  The parts of aee-report
# want texts that are made, and are not fuzzed.
fuzz: $(FUZZERS)
	@B=$(B) tests/fuzz/fuzz.sh $(SECONDS)

$(B)/fuzz/%: tests/fuzz/%.c $(filter-out tools/report_%,$(LIB_SRC)) $(wildcard common/*/*.h)
	@mkdir -p $(@D)
	clang $(CPPFLAGS) $(CSTD) -O1 -g $(WARN) \
	    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
	    -o $@ $(filter %.c,$^) $(LDLIBS)

golden: $(TOOLS)
	@B=$(B) tests/golden.sh

bench: $(TOOLS) $(BENCHES)
	@B=$(B) tests/bench/bench.sh

# Those of the README, and the tables put there.
bench-readme: $(TOOLS)
	@B=$(B) tests/bench/bench.sh records streams
	tests/bench/readme.sh records streams

bench-iforest: $(TOOLS) $(B)/bench/bench_iforest
	@B=$(B) tests/bench/iforest.sh

bench-%: $(B)/bench/bench_%
	$<

# Against R's prophet, where it is installed (Debian: r-cran-prophet).
bench-forecast: $(B)/bench/bench_forecast $(TOOLS)
	@B=$(B) tests/bench/forecast.sh

# The models, and then the programs.
bench-detection: $(B)/bench/bench_detection $(TOOLS)
	$<
	@B=$(B) tests/bench/detection.sh

# ---- housekeeping -----------------------------------------------------------

C_FILES = $(wildcard $(foreach d,common/* tools tests/unit tests/fuzz tests/bench,\
	$(d)/*.c $(d)/*.h))
BATS_SRC = $(wildcard tests/*.bats tests/*.bash)

format:
	clang-format-14 -i $(C_FILES)

lint:
	clang-format-14 --dry-run -Werror $(C_FILES)
	tests/layers.sh
	cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr \
	    '-D_Noreturn=__attribute__((noreturn))' \
	    --enable=warning,performance,portability \
	    --suppress=missingIncludeSystem -Icommon -D_GNU_SOURCE \
	    -DAEE_VERSION='""' $(filter %.c,$(C_FILES))
	shellcheck -x $(SHELL_SRC)
	$(if $(BATS_SRC),shellcheck -x -s bash $(BATS_SRC))
	$(if $(MAN),mandoc -Tlint -Wwarning $(MAN))

# The files of config/ keep their place below share/aee.
CONFIG := $(filter-out %.mjs,$(sort $(wildcard config/*.* config/*/*.*)))

install: all
	install -d $(DESTDIR)$(PREFIX)/bin
	$(if $(TOOLS),install -m 755 $(TOOLS) $(DESTDIR)$(PREFIX)/bin)
	for f in $(CONFIG:config/%=%); do install -D -m 644 config/$$f \
	    $(DESTDIR)$(PREFIX)/share/aee/$$f || exit 1; done
	for m in $(MAN); do s=$${m##*.}; install -D -m 644 $$m \
	    $(DESTDIR)$(PREFIX)/share/man/man$$s/$${m##*/} || exit 1; done

uninstall:
	rm -f $(TOOLS:$(B)/bin/%=$(DESTDIR)$(PREFIX)/bin/%)
	rm -rf $(DESTDIR)$(PREFIX)/share/aee
	for m in $(MAN); do rm -f $(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$${m##*/}; done

clean:
	rm -rf $(B) out

-include pipelines/run.mk

.PHONY: all run check units sanitize coverage fuzz bench bench-detection \
	bench-forecast bench-iforest bench-readme golden format lint \
	install uninstall clean
.SECONDARY:
