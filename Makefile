# What can be done with this repository; `make help` lists it.
#
# PREFIX and DESTDIR are heeded by install and uninstall; BIN is the binary that they put in place.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build

PREFIX ?= /usr/local
DESTDIR ?=
LINKS ?= 0
CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
BIN ?= $(TARGET)/release/kymo
SECONDS_EACH ?= 60

bindir := $(DESTDIR)$(PREFIX)/bin
mandir := $(DESTDIR)$(PREFIX)/share/man/man1
bashdir := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
zshdir := $(DESTDIR)$(PREFIX)/share/zsh/site-functions
fishdir := $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d

.PHONY: build check test demo bench docs install uninstall soak fuzz audit fresh clean help

build: ## the release binary, target/release/kymo
	$(CARGO) build --release --locked

check: ## the whole truth: format, lints, documentation, tests, freshness of what is generated
	$(CARGO) fmt --check
	CARGO="$(CARGO)" ci/test

test: check ## the same as check

demo: ## the main job on a real day: server, pipeline, database, picture
	examples/demo.sh

bench: ## measure; the rows go to BENCHMARKS.md
	@if [ -x benches/run ]; then benches/run && benches/mqtt && benches/cost; else echo "make: benches/run is not there" >&2; exit 1; fi

docs: ## generate man/, completions/ and doc/messages.md from the flags and codes
	$(CARGO) build --locked
	mkdir -p man completions
	rm -f man/*.1
	$(TARGET)/debug/kymo man --dir man
	$(TARGET)/debug/kymo man --codes > doc/messages.md
	$(TARGET)/debug/kymo completions bash > completions/kymo.bash
	$(TARGET)/debug/kymo completions zsh > completions/_kymo
	$(TARGET)/debug/kymo completions fish > completions/kymo.fish

# `make BIN=…` installs a binary that is already there.
ifeq ($(origin BIN),file)
install: build
endif
install: ## binary, man pages, completions below DESTDIR/PREFIX; LINKS=1: a link per subcommand
	install -d "$(bindir)" "$(mandir)" "$(bashdir)" "$(zshdir)" "$(fishdir)"
	install -m 755 "$(BIN)" "$(bindir)/kymo"
	install -m 644 man/*.1 "$(mandir)/"
	install -m 644 completions/kymo.bash "$(bashdir)/kymo"
	install -m 644 completions/_kymo "$(zshdir)/_kymo"
	install -m 644 completions/kymo.fish "$(fishdir)/kymo.fish"
	if [ "$(LINKS)" = 1 ]; then ci/links add "$(bindir)"; fi

uninstall: ## take away exactly what install put in place
	ci/links remove "$(bindir)"
	for page in man/*.1; do rm -f "$(mandir)/$${page##*/}"; done
	rm -f "$(bindir)/kymo" "$(bashdir)/kymo" "$(zshdir)/_kymo" "$(fishdir)/kymo.fish"

soak: ## the long kill and load tests, of which `check` has a short form each
	$(CARGO) test --release --locked --test tests -- --ignored --nocapture --test-threads=1

fuzz: ## each fuzz target for SECONDS_EACH seconds
	@if [ -x fuzz/run ]; then exec fuzz/run $(SECONDS_EACH); else echo "make: fuzz/run is not there" >&2; exit 1; fi

audit: ## licences, sources, versions and known faults of dependencies (deny.toml), where cargo-deny is installed
	@if $(CARGO) deny --version > /dev/null 2>&1; then \
		$(CARGO) deny --locked check; \
	else \
		echo "make: cargo-deny is not installed: nothing was audited (cargo install --locked cargo-deny)" >&2; exit 1; \
	fi

fresh: ## as root: the README's commands in a bare Debian, made in FRESH_DIR or a temporary folder
	CARGO="$(CARGO)" ci/fresh

clean: ## everything that was built, and what the demo left
	$(CARGO) clean
	rm -rf demo

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' Makefile
