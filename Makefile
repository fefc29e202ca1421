# make audit   install what is missing, build, audit this host
# make check   install what is missing, run every test
# make build   .build/release/sockwise: one file, the Swift runtime and the rules inside

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BINARY := .build/release/sockwise
RELEASE := -c release --static-swift-stdlib --product sockwise -Xlinker -s
TEST := --disable-xctest

.PHONY: help setup build audit check lint test rules fixtures clean

help:
	@sed -n 's/^# //p' Makefile

# Swift 6.3 cannot be had from Debian; libyaml can, and root may install it.
setup:
	@version=$$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+)\.([0-9]+).*/\1 \2/p' | head -n 1 || true); \
	if [ -z "$$version" ]; then \
	  echo "sockwise: no Swift toolchain found; install Swift 6.3 from https://www.swift.org/install/linux/ (Debian's package 'swift' is something else)" >&2; exit 1; fi; \
	set -- $$version; \
	if [ $$(( $$1 * 100 + $$2 )) -lt 603 ]; then \
	  echo "sockwise: Swift $$1.$$2 found, 6.3 or later needed; install it from https://www.swift.org/install/linux/" >&2; exit 1; fi
	@archive=$$(clang -print-file-name=libyaml.a 2>/dev/null || cc -print-file-name=libyaml.a); \
	if [ ! -e /usr/include/yaml.h ] || [ ! -e "$$archive" ]; then \
	  if [ "$$(id -u)" -ne 0 ]; then \
	    echo "sockwise: libyaml is missing; run 'sudo apt-get install libyaml-dev' and try again" >&2; exit 1; fi; \
	  apt-get update -q; \
	  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends libyaml-dev; fi

build: setup
	swift build $(RELEASE)

# Findings (exit status 1) are a result here, not a failure.
audit: build
	@$(BINARY) audit || [ $$? -eq 1 ]

check: setup lint test rules

# Foundation would add 44 MB of ICU to the binary; FoundationEssentials does not.
lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests
	@if grep -rnE '^(public |package |internal |@preconcurrency )*import Foundation$$' Sources --include='*.swift' | grep -v '^Sources/EmbedRulesPlugin/'; then \
	  echo "import FoundationEssentials instead of Foundation" >&2; exit 1; fi

test:
	swift build --build-tests $(TEST)
	swift test --skip-build $(TEST)

# The release binary by itself: its rules, their tests, and an audit from an empty directory.
rules: build
	$(BINARY) rules check
	$(BINARY) rules test

# The recorded hosts of Tests/Fixtures/hosts anew, with their reports; as root. The diff is the review.
fixtures: setup
	swift build --build-tests $(TEST)
	Tests/Fixtures/hosts/make.py .build/debug/sockwise
	RECORD=1 swift test --skip-build $(TEST) --filter RecordedHostTests

clean:
	rm -rf .build
