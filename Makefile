# mailready - `make help` lists what there is.
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := all

VERSION := $(shell cat core/version.txt)
BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= cc
ifeq ($(origin CC),default)
CC      := cc
endif

PACKAGES := ldns libcares libevent libevent_openssl libssl libcrypto libcjson libidn2 libpsl

# The standard, the warnings and the hardening are not the user's to drop; optimisation is.
STANDARD := -std=c11 -D_DEFAULT_SOURCE -D_FILE_OFFSET_BITS=64 -I. -I$(BUILD) -ffile-prefix-map=$(CURDIR)/=
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wwrite-strings -Wvla \
            -Wformat=2 -Wundef -Wcast-qual -Wconversion $(if $(DEVELOPER),-Werror)
HARDEN   ?= -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fPIE
HARDEN_LD ?= -pie -Wl,-z,relro,-z,now
CFLAGS   ?= -O2 -g
LIBS      = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)
LIB_FLAGS = $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null | sed 's/-I/-isystem /g')
COMPILE   = $(CC) $(STANDARD) -DMAILREADY_VERSION='"$(VERSION)"' -include core/banned.h $(WARNINGS) $(HARDEN) $(LIB_FLAGS) $(CPPFLAGS) $(CFLAGS)
LINK      = $(CC) $(CFLAGS) $(HARDEN_LD) $(LDFLAGS)

LIB_SOURCES  := $(sort $(wildcard core/*.c probes/*.c reports/*.c))
CMD_SOURCES  := $(sort $(wildcard cmd/*.c))
UNIT_SOURCES := $(sort $(wildcard tests/unit/test_*.c))
FUZZ_SOURCES := $(sort $(wildcard tests/fuzz/fuzz_*.c))
HEADERS      := $(sort $(wildcard cmd/*.h core/*.h probes/*.h reports/*.h))
LIBRARY      := $(BUILD)/libmailready.a
UNITS        := $(UNIT_SOURCES:%.c=$(BUILD)/%)

all: $(BUILD)/mailready ## build the program

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) -MMD -MP -c $< -o $@

$(BUILD)/reports/html_style.h: reports/html/style.css reports/html/embed.sh
	@mkdir -p $(@D)
	sh reports/html/embed.sh $< > $@.new && mv $@.new $@

$(BUILD)/reports/html.o: $(BUILD)/reports/html_style.h

$(LIBRARY): $(LIB_SOURCES:%.c=$(BUILD)/%.o)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/mailready: $(CMD_SOURCES:%.c=$(BUILD)/%.o) $(LIBRARY)
	$(LINK) $^ $(LIBS) -o $@

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(LIBRARY)
	$(LINK) $^ $(LIBS) -lcmocka -o $@

unit: $(UNITS) ## build and run the unit tests
	@status=0; for t in $(UNITS); do $$t || status=1; done; exit $$status

clean: ## remove what was built, but not the lab's downloads
	rm -rf $(BUILD)/core $(BUILD)/cmd $(BUILD)/probes $(BUILD)/reports $(BUILD)/tests $(BUILD)/libmailready.a $(BUILD)/mailready

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1@\2/p' $(MAKEFILE_LIST) | sort | column -t -s@ 2>/dev/null || true

.PHONY: all unit clean help
.SECONDARY:

-include $(LIB_SOURCES:%.c=$(BUILD)/%.d) $(CMD_SOURCES:%.c=$(BUILD)/%.d) $(UNIT_SOURCES:%.c=$(BUILD)/%.d)
