# mailready - `make help` lists what there is.
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := all

VERSION := $(shell cat core/base/version.txt)
BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= cc
ifeq ($(origin CC),default)
CC      := cc
endif

PKG_CONFIG ?= pkg-config
# Those with most symbols first: the dynamic linker looks for each in this order, before main().
PACKAGES := libcrypto libssl libevent libevent_openssl libcurl libcjson libidn2 libpsl sqlite3 libpq zlib expat

# The directory of which -ffile-prefix-map speaks: compilers ask the environment, where it may have another name.
export PWD := $(CURDIR)

# The standard, the warnings and the hardening are not the user's to drop; optimisation is.
STANDARD := -std=c11 -D_DEFAULT_SOURCE -D_FILE_OFFSET_BITS=64 -I. -I$(BUILD) "-ffile-prefix-map=$(CURDIR)=."
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wwrite-strings -Wvla \
            -Wformat=2 -Wundef -Wcast-qual -Wconversion $(if $(DEVELOPER),-Werror)
HARDEN   ?= -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fPIE
HARDEN_LD ?= -pie -Wl,-z,relro,-z,now
CFLAGS   ?= -O2 -g
LIBS      := $(shell $(PKG_CONFIG) --libs $(PACKAGES) 2>/dev/null) -lm
LIB_FLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null | sed 's/-I/-isystem /g')
FLAGS     = $(STANDARD) -DMAILREADY_VERSION='"$(VERSION)"' -include core/base/banned.h $(WARNINGS) $(HARDEN) $(LIB_FLAGS) $(CPPFLAGS) $(CFLAGS)
COMPILE   = $(CC) $(FLAGS)
LINK      = $(CC) $(CFLAGS) $(HARDEN_LD) $(LDFLAGS)

# A command of a recipe, with a line in its place, unless V=1: $(call quiet,CC).
quiet = $(if $(filter-out 0,$(V)),,@printf '  %-4s %s\n' '$(1)' '$(@:$(BUILD)/%=%)';)

# Where nobody has said how many jobs to run at once: one for each processor.
SUBMAKE = $(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

# The files of a suffix, in folders and their rooms: $(call files,.c,core probes).
files = $(sort $(wildcard $(foreach room,$(2),$(room)/*$(1) $(room)/*/*$(1) $(room)/*/*/*$(1))))

LIB_SOURCES  := $(call files,.c,core probes reports)
CMD_SOURCES  := $(call files,.c,cmd)
UNIT_SOURCES := $(sort $(wildcard tests/unit/test_*.c))
FUZZ_SOURCES := $(sort $(wildcard tests/fuzz/fuzz_*.c))
CONFORMANCE_SOURCES := $(sort $(wildcard tests/conformance/*.c))
HEADERS      := $(call files,.h,cmd core probes reports)
LANGUAGES    := $(sort $(wildcard reports/language/*.words))
GENERATED    := $(BUILD)/reports/html_style.h $(BUILD)/reports/html_index_style.h $(BUILD)/reports/languages.h
LIBRARY      := $(BUILD)/libmailready.a
CMD_LIBRARY  := $(BUILD)/libcmd.a
UNITS        := $(UNIT_SOURCES:%.c=$(BUILD)/%)
CONFORMANCE  := $(CONFORMANCE_SOURCES:%.c=$(BUILD)/%)
REPLAYS      := $(FUZZ_SOURCES:tests/fuzz/fuzz_%.c=$(BUILD)/tests/fuzz/replay_%)

all: $(BUILD)/mailready ## build the program
	@.ci/own $(BUILD)

# Once, before the first file: a compiler's complaint about a header does not say what to do.
can-build:
	@missing=; for program in $(firstword $(CC)) $(firstword $(PKG_CONFIG)); do \
	    command -v $$program >/dev/null || missing="$$missing $$program"; done; \
	[ "$$missing" ] || for library in $(PACKAGES); do \
	    $(PKG_CONFIG) --exists $$library || missing="$$missing $$library"; done; \
	[ -z "$$missing" ] || { echo "Needed for building, and not here:$$missing" >&2; \
	    echo "'make deps' installs it with apt-get, as root or by sudo; .ci/packages names Debian's packages." >&2; exit 1; }

$(BUILD)/%.o: %.c Makefile | can-build $(GENERATED)
	@mkdir -p $(@D)
	$(call quiet,CC)$(COMPILE) -MMD -MP -c $< -o $@

$(BUILD)/reports/html_style.h: reports/html/style.css reports/html/embed.sh
	@mkdir -p $(@D)
	$(call quiet,GEN)sh reports/html/embed.sh $< HTML_STYLE > $@.new && mv $@.new $@

$(BUILD)/reports/html_index_style.h: reports/html/index.css reports/html/embed.sh
	@mkdir -p $(@D)
	$(call quiet,GEN)sh reports/html/embed.sh $< HTML_INDEX_STYLE > $@.new && mv $@.new $@

$(BUILD)/reports/languages.h: $(LANGUAGES) reports/language/embed.sh
	@mkdir -p $(@D)
	$(call quiet,GEN)sh reports/language/embed.sh $(LANGUAGES) > $@.new && mv $@.new $@

$(BUILD)/libmailready.a: $(LIB_SOURCES:%.c=$(BUILD)/%.o)
	@rm -f $@
	$(call quiet,AR)$(AR) rcs $@ $^

# For tests/mutate/run only: what is preloaded stands before it.
$(BUILD)/libmailready.so: $(LIB_SOURCES:%.c=$(BUILD)/%.o)
	$(call quiet,LD)$(LINK) -shared $^ $(LIBS) -o $@

# The commands without main(), for tests of their parts.
$(CMD_LIBRARY): $(patsubst %.c,$(BUILD)/%.o,$(filter-out cmd/main.c,$(CMD_SOURCES)))
	@rm -f $@
	$(call quiet,AR)$(AR) rcs $@ $^

$(BUILD)/mailready: $(CMD_SOURCES:%.c=$(BUILD)/%.o) $(LIBRARY)
	$(call quiet,LD)$(LINK) $^ $(LIBS) -o $@

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(CMD_LIBRARY) $(LIBRARY)
	$(call quiet,LD)$(LINK) $(WRAPPED:%=-Wl,--wrap=%) $^ $(LIBS) -lcmocka -o $@

# There, memory is refused to the program.
$(BUILD)/tests/unit/test_starved: private WRAPPED := malloc calloc realloc reallocarray strdup free

# A fuzz target with a plain main() replays its seeds; with clang's libFuzzer it looks for new ones.
$(BUILD)/tests/fuzz/replay_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/replay.o $(CMD_LIBRARY) $(LIBRARY)
	$(call quiet,LD)$(LINK) $^ $(LIBS) -o $@

# To be preloaded by tests/torture/run, tests/lab/suite and tests/mutate/run.
TORTURE := $(BUILD)/tests/torture/memory.so $(BUILD)/tests/torture/calls.so
$(BUILD)/tests/%.so: tests/%.c Makefile
	@mkdir -p $(@D)
	$(call quiet,LD)$(CC) -std=gnu11 -I. -Wall -Wextra -O2 -fPIC -shared $< -o $@

$(BUILD)/tests/bench/floor: $(BUILD)/tests/bench/floor.o
	$(call quiet,LD)$(LINK) $^ -levent_core -levent_openssl -lssl -lcrypto -o $@

# Suites that others wrote: NAME.py feeds NAME with them.
$(BUILD)/tests/conformance/%: $(BUILD)/tests/conformance/%.o $(CMD_LIBRARY) $(LIBRARY)
	$(call quiet,LD)$(LINK) $^ $(LIBS) -o $@

build-tests: $(BUILD)/mailready $(UNITS) $(REPLAYS) $(CONFORMANCE) $(TORTURE) ## build the program and all tests
	@.ci/own $(BUILD)
check-layers: ## fail when a source includes what its layer must not know
	tests/style/layers
check-headers: $(HEADERS:%=$(BUILD)/%.alone) ## compile each header alone

# With C file semantics, so that "#pragma once in main file" is no complaint.
$(BUILD)/%.h.alone: %.h Makefile | can-build $(GENERATED)
	@mkdir -p $(@D)
	@echo '#include "$<"' > $@.c
	$(call quiet,CC)$(COMPILE) -fsyntax-only $@.c && mv $@.c $@

deps: ## install what building and testing need (apt-get)
	@.ci/install

unit: $(UNITS) ## build and run the unit tests only
	@tests/run unit

conformance: $(CONFORMANCE) ## run the suites that others wrote (../shared/corpora)
	@BUILD=$(BUILD) tests/run conformance

test: deps ## install what is needed, build, run all tests
	@$(SUBMAKE) build-tests check-headers
	@tests/conformance/fetch $(BUILD) || true
	@tests/postgres/fetch $(BUILD) || true
	@BUILD=$(BUILD) tests/run

check: build-tests check-headers ## run all tests without apt-get; what cannot run here is skipped, and says so
	@BUILD=$(BUILD) LAB=optional tests/run

demo: deps ## build, bring up the lab, audit its domains, write HTML reports, tear the lab down
	@$(SUBMAKE) all
	@BUILD=$(BUILD) tests/lab/demo

pictures: deps ## make the pictures in docs/ anew, from reports of the lab
	@$(SUBMAKE) all
	@BUILD=$(BUILD) tests/lab/pictures

audit: deps ## audit a real domain: make audit DOMAIN=example.org
	@$(SUBMAKE) all
	@test -n "$(DOMAIN)" || { echo 'say which: make audit DOMAIN=example.org' >&2; exit 2; }
	$(BUILD)/mailready $(AUDIT_OPTIONS) $(DOMAIN)

# UNCONFINED: what sanitizers do at the end of a process, the sandbox would refuse.
SANITIZE := -O1 -g -DUNCONFINED -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
asan: deps ## all tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(SUBMAKE) BUILD=build/asan HARDEN=-fPIE CFLAGS='$(SANITIZE)' build-tests
	@BUILD=build/asan tests/run

DNS_TESTS := dns answering chain denial rrset zone absence
asan-dns: deps ## those of what reads DNS, alone
	@$(SUBMAKE) BUILD=build/asan HARDEN=-fPIE CFLAGS='$(SANITIZE)' dns-tests
	@BUILD=build/asan tests/run dns
dns-tests: $(foreach part,$(DNS_TESTS),$(filter $(BUILD)/tests/unit/test_$(part)%,$(UNITS)) $(filter $(BUILD)/tests/fuzz/replay_$(part)%,$(REPLAYS)))

valgrind: ## unit tests, seeds of the fuzzers, and audits, stores and fleets under valgrind (half an hour)
	@.ci/install valgrind
	@$(SUBMAKE) build-tests
	@BUILD=$(BUILD) tests/run valgrind

FUZZ_SECONDS ?= 60
fuzz: ## fuzz each target for FUZZ_SECONDS (60) with clang's libFuzzer; ONLY=name for one
	@.ci/install clang
	@.ci/install libclang-rt-$$(clang -dumpversion | cut -d. -f1)-dev
	@$(SUBMAKE) BUILD=build/fuzz CC=clang HARDEN=-fPIE HARDEN_LD= \
	    CFLAGS='-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined' fuzzers
	@FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run $(or $(ONLY),all)
fuzzers: $(FUZZ_SOURCES:tests/fuzz/%.c=$(BUILD)/tests/fuzz/%)
$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(CMD_LIBRARY) $(LIBRARY)
	$(call quiet,LD)$(CC) $(CFLAGS) -fsanitize=fuzzer $^ $(LIBS) -o $@

mutate: ## break the program in COUNT (500) places, one at a time: the fast tests must notice; SEED=2, ONLY=probes/mx.c
	@$(MAKE) --no-print-directory BUILD=$(CURDIR)/build/mutate LIBRARY=$(CURDIR)/build/mutate/libmailready.so HARDEN=-fPIC HARDEN_LD= CFLAGS='-O1 -finstrument-functions' mutants
mutants: export COMPILE := $(COMPILE)
mutants: $(BUILD)/mailready $(UNITS) $(REPLAYS) $(CONFORMANCE) $(BUILD)/tests/mutate/arena.so $(BUILD)/tests/mutate/entered.so
	@BUILD=$(BUILD) tests/mutate/run

bench: deps all $(BUILD)/tests/bench/floor $(BUILD)/tests/unit/test_index ## measure: round trips, CPU and memory of audits in the lab, pages of many domains; AGAINST=another mailready
	@BUILD=$(BUILD) tests/bench/run

# Counts are files beside the objects, which each process adds to at its end, whoever it is and in the sandbox, too: so they are there before.
COVERED := '*/core/*' '*/probes/*' '*/reports/*' '*/cmd/*'
BRANCHES := --rc lcov_branch_coverage=1
coverage: ## lines and branches that the tests run, as build/coverage/html/index.html
	@.ci/install lcov
	@mkdir -p build/coverage && echo '#define COUNTED_IN "$(CURDIR)/build/coverage"' >build/coverage/counted_in.h
	@$(SUBMAKE) BUILD=build/coverage HARDEN=-fPIE CFLAGS='-O0 -g -include build/coverage/counted_in.h -include tests/build/count_exits.h --coverage -fprofile-update=atomic' build-tests
	@find build/coverage -name '*.gcno' | sed 's/gcno$$/gcda/' | xargs -d '\n' sh -c 'touch "$$@" && chmod a+rw "$$@"' touch
	@tests/conformance/fetch build/coverage || true
	@tests/postgres/fetch build/coverage || true
	@BUILD=build/coverage tests/run; status=$$?; \
	    find build/coverage -name '*.gcda' -empty -delete; \
	    lcov $(BRANCHES) --quiet --capture --directory build/coverage --output-file build/coverage/all.info && \
	    lcov $(BRANCHES) --quiet --extract build/coverage/all.info $(COVERED) --output-file build/coverage/own.info && \
	    genhtml $(BRANCHES) --branch-coverage --quiet --output-directory build/coverage/html build/coverage/own.info && \
	    lcov --list build/coverage/own.info | tail -n 60 && echo build/coverage/html/index.html && exit $$status

lint: ## clang-tidy, cppcheck, clang's warnings, the manual page
	@.ci/install clang clang-tidy cppcheck shellcheck mandoc
	@$(SUBMAKE) linted

# By a make of its own: where the packages are has not been known before they were installed.
linted: $(GENERATED)
	@tests/style/lint $(FLAGS)

# Kept in the repository, so that `install` need not run the program, which may be for another machine; a test compares.
docs/mailready.1:      PRINTS := --man
docs/completion.bash:  PRINTS := --completion bash
docs/completion.zsh:   PRINTS := --completion zsh
docs/completion.fish:  PRINTS := --completion fish
PRINTED := docs/mailready.1 docs/completion.bash docs/completion.zsh docs/completion.fish
$(PRINTED): $(BUILD)/mailready
	$(call quiet,GEN)$(BUILD)/mailready help $(PRINTS) > $@.new && mv $@.new $@
man: $(PRINTED) ## make the manual page and the completions in docs/ from the option table

BIN  = $(DESTDIR)$(PREFIX)/bin
DATA = $(DESTDIR)$(PREFIX)/share
DOCS := docs/report.md docs/report-1.schema.json docs/compact-1.schema.json docs/difference-1.schema.json docs/history-1.schema.json \
        docs/query-1.schema.json docs/fleet-1.schema.json docs/fleet.md README.md LICENSE CHANGELOG.md
install: all ## install below DESTDIR and PREFIX (/usr/local)
	install -d "$(BIN)" "$(DATA)/man/man1" "$(DATA)/bash-completion/completions" "$(DATA)/zsh/site-functions" \
	    "$(DATA)/fish/vendor_completions.d" "$(DATA)/doc/mailready"
	install -m 755 $(BUILD)/mailready "$(BIN)/mailready"
	install -m 644 docs/mailready.1 "$(DATA)/man/man1/mailready.1"
	install -m 644 docs/completion.bash "$(DATA)/bash-completion/completions/mailready"
	install -m 644 docs/completion.zsh "$(DATA)/zsh/site-functions/_mailready"
	install -m 644 docs/completion.fish "$(DATA)/fish/vendor_completions.d/mailready.fish"
	install -m 644 $(DOCS) "$(DATA)/doc/mailready"

uninstall: ## remove what install has put there
	rm -f "$(BIN)/mailready" "$(DATA)/man/man1/mailready.1" "$(DATA)/bash-completion/completions/mailready" \
	    "$(DATA)/zsh/site-functions/_mailready" "$(DATA)/fish/vendor_completions.d/mailready.fish" \
	    $(foreach file,$(notdir $(DOCS)),"$(DATA)/doc/mailready/$(file)")
	[ ! -d "$(DATA)/doc/mailready" ] || rmdir --ignore-fail-on-non-empty "$(DATA)/doc/mailready"

# Debian's files are kept where they are in nobody's way, and copied into place.
DEB := build/deb/mailready-$(VERSION)
deb: ## build a Debian package in build/deb, and let lintian judge it
	@.ci/install debhelper dpkg-dev fakeroot lintian
	rm -rf build/deb && mkdir -p $(DEB)
	tar -cf - --exclude=./build --exclude=./.git . | tar -C $(DEB) -xf -
	cp -R docs/packaging/debian $(DEB)/debian
	cd $(DEB) && dpkg-buildpackage -us -uc -b
	lintian --fail-on error,warning build/deb/*.changes
	@.ci/own build/deb
	@ls build/deb/*.deb

clean: ## remove what was built, but not the lab's downloads
	rm -rf $(BUILD)/core $(BUILD)/cmd $(BUILD)/probes $(BUILD)/reports $(BUILD)/tests $(BUILD)/*.a $(BUILD)/mailready \
	    build/asan build/fuzz build/coverage build/mutate build/deb

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1@\2/p' Makefile | sort | awk -F@ '{ printf "  make %-14s %s\n", $$1, $$2 }'
	@echo '  V=1 shows every command, DEVELOPER=1 takes warnings for errors.'

.PHONY: all asan asan-dns audit bench build-tests can-build check check-headers check-layers clean conformance coverage deb demo deps dns-tests fuzz fuzzers help install lint linted man mutants mutate pictures test uninstall unit valgrind
.SECONDARY:

-include $(patsubst %.c,$(BUILD)/%.d,$(LIB_SOURCES) $(CMD_SOURCES) $(UNIT_SOURCES) $(FUZZ_SOURCES) $(CONFORMANCE_SOURCES))
