# make audit   install what is missing, build, audit this host
# make check   install what is missing, run every test
# make fixtures  root: make the recorded hosts of Tests/Fixtures/hosts anew; HOSTS="database" for some
# make docs    rewrite what the code says in man/ and rules/rule.schema.json
# make build   .build/release/sockwise: one file, the Swift runtime and the rules inside
# make install  what `make build` made, and its files; DESTDIR=, PREFIX=/usr/local
# make uninstall  the same without what was configured
# make deb     .build/package/sockwise_VERSION_ARCHITECTURE.deb
# make package  that, lintian, and its life on a booted systemd: install, audit, purge
# make reproducible  build the package of this commit in two places, and compare
# make bench   root: measure against ss, cat and a raw dump; JSON=file SIZES="1000 100000"
# make size    fail where the binary has grown beyond its limit
# make instructions  fail where three fixed inputs cost other instructions; RECORD="reason"
# make prove-kernels  boot Debian's Linux 6.1 and 6.12, try every claim there, write README's table
# make oracle  root: 20,000 made-up trees and Debian's packages against the real systemd
# make fuzz    TIME=seconds: feed each parser with what breaks parsers, 60 seconds each
# make sanitize  the tests under AddressSanitizer and ThreadSanitizer

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BINARY := .build/release/sockwise
# ArgumentParser sees a module of ours in the place of FoundationEssentials (7 MB), see there. The C++
# runtime that Swift's needs is linked from here, too: to load it is a twentieth of a small host's audit,
# and not every machine has it.
ESSENTIALS := $(CURDIR)/.build/essentials
# Incremental generation of code keeps a hash of each module in the program, section .swift_modhash, and
# paths are in it: the program would depend on where it was built.
REPRODUCIBLE := -Xfrontend -disable-incremental-llvm-codegen
SWIFT_RELEASE := -c release --static-swift-stdlib $(addprefix -Xswiftc ,$(REPRODUCIBLE)) \
  -Xswiftc -module-alias -Xswiftc FoundationEssentials=ParserEssentials \
  -Xswiftc -I -Xswiftc $(ESSENTIALS) --disable-local-rpath
# Stripped, so that debug information need not be made; and without the dynamic symbols that would keep
# unused code (0.5 MB).
LINK := -Xlinker -s -Xlinker --no-export-dynamic -Xlinker --icf=safe \
  -Xlinker -L$(ESSENTIALS) -Xswiftc -Xclang-linker -Xswiftc -static-libgcc
RELEASE := $(SWIFT_RELEASE) --product sockwise -debug-info-format none $(LINK)
TEST := --disable-xctest

.PHONY: help setup setup-tests build install uninstall deb package reproducible audit check lint test \
  release docs fixtures bench size prove-kernels instructions fuzz fuzz-ci fuzz-build fuzz-totals \
  oracle sanitize clean

help:
	@sed -n 's/^# make /make /p' Makefile

# A shell function that installs a Debian package, or says what to install.
INSTALL = install() { \
	if [ "$$(id -u)" -ne 0 ]; then \
	  echo "sockwise: $$1 is missing; run 'sudo apt-get install $$1' and try again" >&2; exit 1; fi; \
	apt-get update -q; \
	DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$$1"; }

# Swift 6.3 cannot be had from Debian; libyaml can, and root may install it.
setup:
	@version=$$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+)\.([0-9]+).*/\1 \2/p' | head -n 1 || true); \
	if [ -z "$$version" ]; then \
	  echo "sockwise: no Swift toolchain found; install Swift 6.3 from https://www.swift.org/install/linux/ (Debian's package 'swift' is something else)" >&2; exit 1; fi; \
	set -- $$version; \
	if [ $$(( $$1 * 100 + $$2 )) -lt 603 ]; then \
	  echo "sockwise: Swift $$1.$$2 found, 6.3 or later needed; install it from https://www.swift.org/install/linux/" >&2; exit 1; fi
	@$(INSTALL); archive=$$(clang -print-file-name=libyaml.a 2>/dev/null || cc -print-file-name=libyaml.a); \
	if [ ! -e /usr/include/yaml.h ] || [ ! -e "$$archive" ]; then install libyaml-dev; fi

# Some tests let Python hold sockets in another process; two programs hold reports against the
# schemas of others; valgrind counts instructions. Daemons that read metrics and journals are not
# installed: they would run.
setup-tests: setup
	@$(INSTALL); [ -x /usr/bin/python3 ] || install python3; \
	/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || install python3-jsonschema; \
	[ -x /usr/bin/xmllint ] || install libxml2-utils; \
	[ -x /sbin/sysctl ] || install procps; \
	[ -x /lib/systemd/systemd-sysctl ] || install systemd; \
	[ -x /usr/bin/valgrind ] || install valgrind
	@Tests/Debian/fetch .build/debian prometheus prometheus-node-exporter systemd-journal-remote \
	  libmicrohttpd12 || { echo "sockwise: tests of metrics and of journals will skip" >&2; \
	  [ -z "$${CI:-}" ]; }

build: setup $(ESSENTIALS)/libParserEssentials.a $(ESSENTIALS)/libstdc++.a
	swift build $(RELEASE)

$(ESSENTIALS)/libParserEssentials.a: Sources/ParserEssentials/ParserEssentials.swift
	@mkdir -p $(@D)
	cd $(@D) && swiftc -O $(REPRODUCIBLE) -parse-as-library -static -emit-library -emit-module \
	  -module-name ParserEssentials -module-link-name ParserEssentials -o $(@F) $(CURDIR)/$<

# The linker takes what it finds first, and looks here first.
$(ESSENTIALS)/libstdc++.a:
	@mkdir -p $(@D); archive=$$(clang -print-file-name=libstdc++.a); \
	if [ -e "$$archive" ]; then ln -sf "$$archive" $@; \
	else echo "sockwise: there is no libstdc++.a; the program will need libstdc++.so.6" >&2; fi

# Not built here: `sudo make install` must not compile as root.
DESTDIR :=
PREFIX := /usr/local
UNITDIR := $(PREFIX)/lib/systemd/system
ZSHDIR := $(PREFIX)/share/zsh/site-functions
install:
	@[ -x $(BINARY) ] || { echo "sockwise: there is no $(BINARY); run 'make build' first" >&2; exit 1; }
	install -D -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/sockwise
	install -d $(DESTDIR)$(UNITDIR) $(DESTDIR)$(PREFIX)/share/sockwise $(DESTDIR)$(ZSHDIR) \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	for page in man/*.[1-8]; do \
	  install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man$${page##*.} $$page; done
	sed 's|/usr/bin/sockwise|$(PREFIX)/bin/sockwise|' systemd/sockwise.service \
	  >$(DESTDIR)$(UNITDIR)/sockwise.service
	install -m 644 -t $(DESTDIR)$(UNITDIR) systemd/sockwise.timer
# systemd reads catalogs of this directory alone, and sockwise configuration of /etc.
	install -D -m 644 -t $(DESTDIR)/usr/lib/systemd/catalog systemd/sockwise.catalog
	[ -e $(DESTDIR)/etc/sockwise/sockwise.yaml ] || \
	  install -D -m 644 -t $(DESTDIR)/etc/sockwise systemd/sockwise.yaml
	cd rules && find . -name '*.yaml' -exec install -D -m 644 {} $(DESTDIR)$(PREFIX)/share/sockwise/rules/{} \;
	install -m 644 -t $(DESTDIR)$(PREFIX)/share/sockwise rules/rule.schema.json \
	  monitoring/sockwise.rules.yaml
# bash reads it, nobody runs it.
	$(BINARY) --generate-completion-script bash | sed '1{/^#!/d}' \
	  >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/sockwise
	$(BINARY) --generate-completion-script zsh >$(DESTDIR)$(ZSHDIR)/_sockwise
	$(BINARY) --generate-completion-script fish \
	  >$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/sockwise.fish

# Configuration and state stay.
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/sockwise $(DESTDIR)$(UNITDIR)/sockwise.{service,timer} \
	  $(DESTDIR)/usr/lib/systemd/catalog/sockwise.catalog $(DESTDIR)$(ZSHDIR)/_sockwise \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions/sockwise \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/sockwise.fish \
	  $(patsubst man/%,$(DESTDIR)$(PREFIX)/share/man/man*/%,$(wildcard man/*.[1-8]))
	rm -rf $(DESTDIR)$(PREFIX)/share/sockwise

# The time that files in the package have: that of the commit.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null)
# debhelper's tools, in a directory of their own so that they leave nothing in debian/.
PACKAGE := .build/package
deb: export SOURCE_DATE_EPOCH := $(SOURCE_DATE_EPOCH)
deb: export SOURCE := $(CURDIR)
deb: build
	@$(INSTALL); [ -x /usr/bin/dh ] || install debhelper; \
	[ -x /usr/bin/dpkg-buildpackage ] || install dpkg-dev; \
	[ -x /usr/bin/pkg-config ] || install pkgconf
	rm -rf $(PACKAGE)
	mkdir -p $(PACKAGE)/sockwise
	cp -R debian $(PACKAGE)/sockwise/
	cd $(PACKAGE)/sockwise && dpkg-buildpackage --build=binary --no-sign --no-check-builddeps \
	  --no-pre-clean

# lintian's errors and warnings, and the life of the package on a booted systemd; see
# Tests/Package/end-to-end. 77: this machine cannot boot one, and why is said above.
package: deb
	@$(INSTALL); [ -x /usr/bin/lintian ] || install lintian
	lintian --allow-root --fail-on error $(PACKAGE)/*.changes
	@directory=$$(mktemp -d); trap 'rm -rf "$$directory"' EXIT; \
	$(MAKE) -s install DESTDIR="$$directory"; $(MAKE) -s uninstall DESTDIR="$$directory"; \
	left=$$(find "$$directory" -type f ! -path '*/etc/sockwise/*'); \
	[ -z "$$left" ] || { echo "make uninstall leaves $$left" >&2; exit 1; }
	@Tests/Debian/fetch .build/debian prometheus-node-exporter
	@status=0; Tests/Package/end-to-end $(PACKAGE)/*.deb \
	  .build/debian/archives/prometheus-node-exporter_*.deb || status=$$?; \
	[ $$status -ne 77 ] || echo "SKIPPED: the package's life on a booted systemd"; \
	[ $$status -eq 0 ] || [ $$status -eq 77 ]

# Two release builds.
reproducible:
	Tests/Package/reproducible

# Findings (exit status 1) are a result here, not a failure.
audit: build
	@$(BINARY) audit || [ $$? -eq 1 ]

check: setup-tests lint test release size instructions package

# FoundationEssentials would add 7 MB to the binary, Foundation 44 more.
lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks Fuzz
	@if grep -rnE '^[a-z@ ]*import Foundation' Sources --include='*.swift' | grep -v '^Sources/EmbedRulesPlugin/'; then \
	  echo "Sources do without Foundation and FoundationEssentials" >&2; exit 1; fi

# It skips what needs a program that is not there; `make setup-tests` installs them. Prometheus goes by its
# own clock, and so has the machine for itself.
ALONE := prometheusScrapesThemAndAlerts
test:
	swift build --build-tests $(TEST)
	@log=$$(mktemp); trap 'rm -f "$$log"' EXIT; \
	{ swift test --skip-build $(TEST) --skip $(ALONE) && \
	  swift test --skip-build $(TEST) --filter $(ALONE); } 2>&1 | tee "$$log" || { \
	  echo; echo "What failed, of all that is above:"; grep -A4 -E '^(✘|/.*: error:)' "$$log" | grep -vE '^(✔|◇|--)' | tail -n 60 || true; exit 1; }

# The release binary by itself, copied to an empty directory: its rules, their tests, an audit.
release: build
	@directory=$$(mktemp -d); trap 'rm -rf "$$directory"' EXIT; \
	cp $(BINARY) "$$directory/"; cd "$$directory"; \
	env -i ./sockwise rules check; \
	env -i ./sockwise rules test; \
	env -i ./sockwise audit || [ $$? -eq 1 ]

# See Benchmarks/README.md. What is missing is said before anything is built.
BENCH := .build/bench
# What takes its rows is in another module, and yet compiled for it, as sockwise's own is; and it is
# linked as sockwise is.
PARSER := $(BENCH)/parser
bench:
	@python3 Benchmarks/bench.py --check
	@$(MAKE) --no-print-directory build $(addprefix $(BENCH)/,hold measure rawdump)
	swift build -c release --static-swift-stdlib --disable-local-rpath --product ParseProcNetTCP \
	  --scratch-path $(PARSER) -Xswiftc -cross-module-optimization $(LINK)
	@python3 Benchmarks/bench.py --sockwise $(BINARY) --tools $(BENCH) \
	  --parser $(PARSER)/release/ParseProcNetTCP $(if $(JSON),--json '$(JSON)') $(if $(SIZES),--sizes '$(SIZES)')

$(BENCH)/%: Benchmarks/%.c
	@mkdir -p $(@D)
	clang -O2 -Wall -Wextra -Werror -o $@ $<

# See Tests/Kernels/prove-kernels; SUITES are Debian's whose kernels are booted. Four minutes, of which
# each kernel waits one for a TIME_WAIT.
prove-kernels: build
	@$(INSTALL); [ -x /usr/bin/python3 ] || install python3; \
	[ -x /usr/bin/qemu-system-x86_64 ] || install qemu-system-x86
	@mkdir -p .build/kernels
	@Tests/Kernels/prove-kernels $(BINARY) .build/kernels README.md $(SUITES)

# The linker strips it (-s in RELEASE).
SIZE_LIMIT := 18000000
size: build
	@bytes=$$(stat -c %s $(BINARY)); echo "$(BINARY): $$bytes bytes stripped, at most $(SIZE_LIMIT)"; \
	if [ $$bytes -gt $(SIZE_LIMIT) ]; then \
	  echo "sockwise: the binary is too large; was Foundation linked? (it adds 7 to 51 MB)" >&2; exit 1; fi

# Counts of the release binary, see Tests/Instructions/measure.py. RECORD=1 of the environment is
# that of golden files.
instructions: setup-tests build
	@Tests/Instructions/measure.py $(BINARY) \
	  $(if $(findstring command,$(origin RECORD)),--record "$$RECORD")

# What the code says in man/ and rules/rule.schema.json; the tests compare it.
docs: setup
	RECORD=1 swift test $(TEST) --filter DocumentsTests

# libFuzzer, see CONTRIBUTING.md. The default linker cannot link its sections, lld can.
FUZZ := --scratch-path .build-fuzz -c release --product sockwise-fuzz --sanitize=address \
  -Xswiftc -sanitize=fuzzer -Xswiftc -enable-testing -Xswiftc -use-ld=lld
FUZZ_TARGETS := expression rule proc-net sock-diag sockets sysctl sysctl-config kernel-text units \
  foreign recording json
TIME := 60

# The program that compiles the rules is sanitized too; what LeakSanitizer takes for leaks in it, see
# below, is none.
fuzz-build: setup
	SOCKWISE_FUZZ=1 ASAN_OPTIONS=detect_leaks=0 swift build $(FUZZ)

fuzz: fuzz-build
	@status=0; for target in $(FUZZ_TARGETS); do Fuzz/run $$target $(TIME) || status=1; done; exit $$status

# Executions of each target since the file was begun.
FUZZ_TOTALS := .build-fuzz/totals
fuzz-totals:
	@[ -e $(FUZZ_TOTALS) ] || { echo "no runs yet: make fuzz TIME=60" >&2; exit 1; }
	@sort -t $$'\t' -k 2 $(FUZZ_TOTALS) | awk -F '\t' '{ runs[$$2] += $$3 } \
	  END { for (target in runs) printf "%-12s %d\n", target, runs[target] }' | sort

# Two minutes in all, from the committed corpus alone.
fuzz-ci: fuzz-build
	@rm -rf .build-fuzz/corpus-ci
	@status=0; for target in $(FUZZ_TARGETS); do \
	  FUZZ_CORPUS=.build-fuzz/corpus-ci Fuzz/run $$target 8 || status=1; done; exit $$status

# What `make check` does over 1,000 trees; and over the files of packages, which are fetched once.
oracle: export ORACLE_TREES ?= 20000
oracle: export ORACLE_CORPUS := $(CURDIR)/.build-oracle
oracle: setup-tests
	Tests/Oracle/fetch-corpus $(ORACLE_CORPUS)
	swift build --build-tests $(TEST)
	swift test --skip-build $(TEST) --filter Oracle

# The recorded hosts of Tests/Fixtures/hosts anew, with their reports; as root; HOSTS="database" for
# some. The diff is the review.
fixtures: setup-tests
	swift build --build-tests $(TEST)
	Tests/Fixtures/hosts/make.py .build/debug/sockwise $(HOSTS)
	RECORD=1 swift test --skip-build $(TEST) --filter RecordedHostTests

# LeakSanitizer does not know Swift's tagged pointers and reports what globals hold; `make fuzz` looks
# for leaks input by input.
sanitize: export ASAN_OPTIONS = detect_leaks=0
# Suppressions name functions, and some tests have no PATH on which what names them is found.
sanitize: export TSAN_OPTIONS = suppressions=$(CURDIR)/Tests/tsan.supp:external_symbolizer_path=$(shell command -v llvm-symbolizer)
sanitize: setup-tests
	set -x; for kind in address thread; do \
	  options="$(TEST) --scratch-path .build-$${kind:0:1}san --sanitize=$$kind"; \
	  swift build --build-tests $$options; \
	  swift test --skip-build $$options --skip $(ALONE); \
	  swift test --skip-build $$options --filter $(ALONE); done

clean:
	rm -rf .build .build-fuzz .build-asan .build-tsan .build-oracle
