# Every target sets up what it needs: `make reproduce-figure2` and `make test` work from a clean clone.
# `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DEFAULT_GOAL := build

# NATIVE=1 tunes the build to this machine's CPU; NATIVE=0 makes one that runs on any of its kind.
NATIVE ?= 1
# WERROR=1 makes a warning of the compiler an error, as CI does.
WERROR ?= 0
# `make test SANITIZE=address`, or `thread`: memory is watched, or what threads do to each other.
SANITIZE ?=
# `make test TARGET=MetricsTests`: the tests of one target, without building anything that they do not need.
TARGET =
# `make test FILTER=Kernels`: only tests whose names match; all if not given.
FILTER ?=
# What `make run`, `make reproduce-…` hand on to modgap: ARGS="--jobs 1".
ARGS ?=
SWIFT ?= swift
SWIFT_FLAGS := -c release
ifeq ($(NATIVE),1)
SWIFT_FLAGS += -Xswiftc -target-cpu -Xswiftc native
endif
ifeq ($(WERROR),1)
SWIFT_FLAGS += -Xswiftc -warnings-as-errors
endif

MODGAP := .build/release/modgap
EXPERIMENTS := $(sort $(basename $(notdir $(filter-out configs/data.json,$(wildcard configs/*.json)))))
REPRODUCTIONS := $(addprefix reproduce-,$(EXPERIMENTS))
# What reproduce-all runs and docs/reproduction.md lists.
JUDGED := $(EXPERIMENTS:%=configs/%.json) $(sort $(wildcard configs/literature/*.json))
# Those in a folder of configs/ need data that are not in every clone: reproduce-openclipart-figure2. What those of
# configs/paper do not find is downloaded first; `run` judges their claims.
FOLDERS := $(filter-out schema/% nightly/%,$(patsubst configs/%.json,%,$(wildcard configs/*/*.json)))
.PHONY: build test test-kernels campaigns test-report lint format run data authors-arrays nightly accept calibrate reproduce-all docs-reproduction bench schema docs clean help setup packages openclipart fashion-mnist toolchain $(REPRODUCTIONS)

build: setup ## the program, .build/release/modgap, in release and tuned to this CPU (NATIVE=0: not tuned)
	@$(SWIFT) build $(SWIFT_FLAGS) --product modgap

$(REPRODUCTIONS): reproduce-%: build ## one experiment: configs/NAME.json into results/NAME/
	@$(MAKE) --no-print-directory authors-arrays CONFIG=configs/$*.json
	$(MODGAP) run configs/$*.json $(ARGS)

reproduce-table1: fashion-mnist

define in_folder
.PHONY: reproduce-$(subst /,-,$(1))
reproduce-$(subst /,-,$(1)): build $(if $(filter openclipart/%,$(1)),openclipart)
	@$$(MAKE) --no-print-directory authors-arrays CONFIG=configs/$(1).json
	$(if $(filter paper/%,$(1)),$$(MODGAP) data get --for configs/$(1).json)
	$$(MODGAP) run configs/$(1).json $$(ARGS)
endef
$(foreach config,$(FOLDERS),$(eval $(call in_folder,$(config))))

# Reached only where configs/ has no such experiment.
reproduce-%:
	@echo "make: there is no configs/$*.json; there are: $(EXPERIMENTS) $(subst /,-,$(FOLDERS))" >&2; exit 64

run: ## any experiment: make run CONFIG=configs/figure3.json ARGS="--jobs 1"
	@if [ -z "$(CONFIG)" ]; then \
	  echo 'make run: name a config, as in make run CONFIG=configs/figure3.json' >&2; exit 64; fi
	@$(MAKE) --no-print-directory build
	@$(MAKE) --no-print-directory authors-arrays CONFIG="$(CONFIG)"
	$(MODGAP) run "$(CONFIG)" $(ARGS)

# The tests run with the OpenBLAS kernel that the program takes; a user's own OPENBLAS_CORETYPE wins.
define run_tests
kernel="$${OPENBLAS_CORETYPE:-$$($(MODGAP) doctor --kernel)}"; \
echo "tests, with OpenBLAS's kernel $$kernel" >&2; \
OPENBLAS_CORETYPE="$$kernel" $(SWIFT) test $(SWIFT_FLAGS) --disable-testable-imports
endef

ifneq ($(TARGET),)
# Not `build`: the program may be something that these tests do not need. Without it, OpenBLAS chooses its kernel.
test: toolchain
	@case '$(TARGET)' in *Tests) [ -d 'Tests/$(TARGET)' ] ;; *) false ;; esac || { \
	  echo "make test: there is no Tests/$(TARGET); there are: $$(cd Tests && echo *Tests)" >&2; exit 64; }
	@MODGAP_TEST_TARGET=$(TARGET) $(SWIFT) build $(SWIFT_FLAGS) --product modgapPackageTests
	@kernel="$${OPENBLAS_CORETYPE:-$$($(MODGAP) doctor --kernel 2> /dev/null)}"; \
	[ -z "$$kernel" ] || export OPENBLAS_CORETYPE="$$kernel"; \
	MODGAP_TEST_TARGET=$(TARGET) $(SWIFT) test $(SWIFT_FLAGS) --disable-testable-imports --skip-build \
	  --filter '^$(TARGET)\..*$(FILTER)'
else ifeq ($(SANITIZE),)
test: build ## builds and runs all tests, in release (TARGET=MetricsTests: of one target; SANITIZE=address|thread)
	@$(SWIFT) build $(SWIFT_FLAGS) --build-tests
	@$(run_tests) $(if $(FILTER),--filter '$(FILTER)')
else
test: build
	@case '$(SANITIZE)' in address|thread) ;; *) \
	  echo 'make test: SANITIZE is address or thread, not $(SANITIZE)' >&2; exit 64;; esac
	@$(SWIFT) build $(SWIFT_FLAGS) $(SANITIZED) --build-tests
	@export $(SANITIZER_OPTIONS); $(run_tests) $(SANITIZED) $(SANITIZED_TESTS)
endif

# A folder of their own: objects with and without a sanitizer do not mix.
# Assertions are on: they check every element of a MemorySlice, which lies inside one allocation with others.
# Under ThreadSanitizer the program's locks are those that it sees (Execution's Mutex).
SANITIZED = --sanitize=$(SANITIZE) --scratch-path .build-$(SANITIZE) -Xswiftc -assert-config -Xswiftc Debug \
  $(if $(filter thread,$(SANITIZE)),-Xswiftc -DSANITIZE_THREAD)
# Leaks are none where a process ends with its caches. Libraries that are not built for ThreadSanitizer (OpenBLAS, HDF5,
# Foundation) have locks and atomics that it does not see; what they call is not looked at.
SANITIZER_OPTIONS = \
  ASAN_OPTIONS=detect_leaks=0:$$ASAN_OPTIONS \
  TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/thread-sanitizer.supp:ignore_noninstrumented_modules=1:halt_on_error=1:$$TSAN_OPTIONS
# ThreadSanitizer slows everything down tenfold: what runs on several threads, and no more.
CONCURRENT := ExecutionTests|KernelsTests|EncodersTests|SchedulerTests|EngineTests|LeaseTests|CatalogLawTests|InterruptionTests
SANITIZED_TESTS = $(if $(FILTER),--filter '$(FILTER)',$(if $(filter thread,$(SANITIZE)),--filter '$(CONCURRENT)'))

# Whether a row's values depend on the rows beside it, and whether they are the same bytes, is a kernel's matter.
KERNEL_TESTS ?= ExecutionTests|KernelsTests|EncodersTests
KERNELS ?= $$($(MODGAP) doctor --kernels)

test-kernels: build ## the tests of products and encoders, with each OpenBLAS kernel that this CPU can run
	@$(SWIFT) build $(SWIFT_FLAGS) --build-tests
	@set -e; for kernel in $(KERNELS); do \
	  OPENBLAS_CORETYPE=$$kernel $(MAKE) --no-print-directory FILTER='$(KERNEL_TESTS)' test; done

# How many times as much as in CI; 50 is the whole, with 1,000 kills and 100,000 inputs.
SCALE ?= 1
# $(call campaign,NAME,COUNT), whose COUNT is that of CI.
campaign = python3 Tests/campaigns/$(1).py $(or $(ARGS),--count $(shell expr $(2) \* $(SCALE)))

campaigns: build ## a short run of mutated inputs, kills and limits; SCALE=50 runs all (Tests/campaigns)
	@command -v python3 > /dev/null || $(MAKE) --no-print-directory packages PACKAGES=python3
	$(call campaign,inputs,2000)
	$(call campaign,foreign,100)
	$(call campaign,kills,20)
	$(call campaign,limits,40)
	$(call campaign,pairs,20)
	$(call campaign,texts,20)

# Pages of an experiment, and of one whose texts are made to break them, and pages of analyses, opened in Chromium.
REPORT_RESULTS = .build/report-pages
test-report: build ## opens reports in Chromium: errors, sorting, filtering, keyboard, contrast, widths, print
	@command -v python3 > /dev/null || $(MAKE) --no-print-directory packages PACKAGES=python3
	@[ -n "$${MODGAP_CHROMIUM:-}" ] || command -v chromium chromium-browser google-chrome google-chrome-stable > /dev/null \
	  || $(MAKE) --no-print-directory packages PACKAGES=chromium
	@for config in configs/figure3-simulation.json Tests/report/hostile.json; do \
	  $(MODGAP) run $$config --results $(REPORT_RESULTS) > /dev/null || [ $$? = 2 ] || exit 1; done
	python3 Tests/report/nights.py $(MODGAP) Tests/report/hostile.json $(REPORT_RESULTS)
	python3 Tests/report/pages.py $(ARGS) $(REPORT_RESULTS)/index.html $(REPORT_RESULTS)/trend.html \
	  $(REPORT_RESULTS)/figure3-simulation/report.html $(REPORT_RESULTS)/hostile/report.html
	@$(SWIFT) build $(SWIFT_FLAGS) --product AnalysisPages
	.build/release/AnalysisPages $(REPORT_RESULTS)/analysis
	python3 Tests/report/analysis.py $(ARGS) $(REPORT_RESULTS)/analysis/*.html

lint: toolchain ## checks the format of all sources (swift format, strict) and the rules of Tests/lint
	Tests/lint/homes.sh
	Tests/lint/pointers.sh
	Tests/lint/imports.sh
	$(SWIFT) format lint --strict --recursive Sources Tests Package.swift

format: toolchain ## formats all sources
	$(SWIFT) format --in-place --recursive Sources Tests Package.swift

# Without a network the experiment that needs it says so, and the others run.
reproduce-all: build ## every experiment of configs/ and configs/literature/, and one summary of what holds
	@$(MAKE) --no-print-directory fashion-mnist || true
	@for config in $(JUDGED); do $(MAKE) --no-print-directory authors-arrays CONFIG=$$config; done
	@$(MODGAP) run configs configs/literature $(ARGS) > /dev/null || echo "exit status $$?"
	@$(MODGAP) reproduction $(JUDGED) > results/reproduction.md || true
	@$(MODGAP) reproduction --summary $(JUDGED)

docs-reproduction: build ## writes docs/reproduction.md from the stored results of all experiments
	$(MODGAP) reproduction $(JUDGED) > docs/reproduction.md.new || [ $$? = 2 ]
	@printf '\n' >> docs/reproduction.md.new
	@sed -n '/^<!-- What follows is written by hand/,$$p' docs/reproduction.md >> docs/reproduction.md.new
	@mv docs/reproduction.md.new docs/reproduction.md

# What needs the network is fetched where there is one; without it, its experiments say what they lack.
night_data = $(MAKE) --no-print-directory fashion-mnist || true; \
  for config in $(EXPERIMENTS); do $(MAKE) --no-print-directory authors-arrays CONFIG=configs/$$config.json; done

nightly: build ## every experiment, its numbers against the accepted ones, and the program's own promises (docs/nightly.md)
	@$(night_data)
	$(MODGAP) nightly $(ARGS)

accept: build ## accepts tonight's numbers as the new reference (results/reference), and prints what that changes
	@$(night_data)
	$(MODGAP) nightly --accept $(ARGS)

calibrate: build ## makes the reference's tolerances and the canary's trainings anew; takes hours
	@$(night_data)
	$(MODGAP) nightly --calibrate $(ARGS)

bench: build .venv-bench/ready ## compares the speed with NumPy, PyTorch and ONNX Runtime, on 2 threads; measures modgap alone if they cannot be installed
	@if [ -x .venv-bench/bin/python ]; then python=.venv-bench/bin/python; else python=python3; fi; \
	$$python Tests/bench/compare.py $(ARGS)

schema: build ## writes configs/schema/experiment.schema.json from the program's grammar
	@mkdir -p configs/schema
	$(MODGAP) schema > configs/schema/experiment.schema.json.new
	@mv configs/schema/experiment.schema.json.new configs/schema/experiment.schema.json

docs: build ## writes docs/reference.md from the same grammar
	$(MODGAP) schema --markdown > docs/reference.md.new
	@mv docs/reference.md.new docs/reference.md

clean: ## removes what was built; keeps results/ and data/
	rm -rf .build .build-address .build-thread .venv-bench

help: ## this list
	@echo 'make TARGET [NATIVE=0] [ARGS="…"]'
	@echo
	@sed -nE 's/^([a-z]+|\$$\(REPRODUCTIONS\)):.*## (.*)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) \
	  | sed 's/^\$$(REPRODUCTIONS)/reproduce-NAME/' \
	  | while IFS=$$'\t' read -r name what; do printf '  %-15s %s\n' "$$name" "$$what"; done
	@echo
	@echo 'NAME is one of: $(EXPERIMENTS)'
	@echo 'or, with other data: $(subst /,-,$(FOLDERS))'

# MARK: - Set-up

setup: toolchain packages

PACKAGES := libopenblas-dev libhdf5-dev libssl-dev libpng-dev libjpeg62-turbo-dev libwebp-dev zlib1g-dev libarchive-dev fonts-dejavu-core

openclipart: ## Debian's clip art, 8,121 images with titles and keywords, into /usr/share (340 MB)
	@[ -d /usr/share/openclipart/png ] || \
	  $(MAKE) --no-print-directory packages PACKAGES="openclipart-png openclipart-svg"

fashion-mnist: ## Debian's Fashion-MNIST, 70,000 images of clothing, into /usr/share (30 MB)
	@[ -d /usr/share/datasets/fashion-mnist ] || \
	  $(MAKE) --no-print-directory packages PACKAGES=dataset-fashion-mnist

toolchain:
	@command -v $(SWIFT) > /dev/null || { \
	  echo 'make: there is no swift on PATH; install Swift 6.1 or later for this system from https://www.swift.org/install and try again' >&2; \
	  exit 69; }

packages:
	@set -eu; \
	missing=; \
	if ! command -v dpkg > /dev/null; then \
	  for name in openblas hdf5 libcrypto libpng libjpeg libwebpdemux zlib libarchive; do \
	    pkg-config --exists "$$name" 2> /dev/null || missing="$$missing $$name"; done; \
	  if [ -n "$$missing" ]; then \
	    echo "make: this is not Debian; install the development files that pkg-config calls$$missing, gnuplot and curl, then try again" >&2; \
	    exit 69; fi; \
	  exit 0; fi; \
	has() { dpkg -s "$$1" 2> /dev/null | grep -q '^Status: install ok installed'; }; \
	for name in $(PACKAGES); do \
	  has "$$name" || missing="$$missing $$name"; done; \
	command -v pkg-config > /dev/null || missing="$$missing pkg-config"; \
	command -v gnuplot > /dev/null || missing="$$missing gnuplot-nox"; \
	command -v curl > /dev/null || missing="$$missing curl"; \
	[ -e /etc/ssl/certs/ca-certificates.crt ] || missing="$$missing ca-certificates"; \
	[ -n "$$missing" ] || exit 0; \
	install="apt-get install -y --no-install-recommends$$missing"; \
	if [ "$$(id -u)" = 0 ]; then as_root=; \
	elif command -v sudo > /dev/null; then as_root=sudo; \
	else \
	  echo "make: packages are missing, but this user is not root and there is no sudo. As root:" >&2; \
	  echo "    apt-get update && $$install" >&2; \
	  exit 77; fi; \
	echo "make: installing$$missing" >&2; \
	$$as_root apt-get update -qq && \
	$$as_root env DEBIAN_FRONTEND=noninteractive $$install

# MARK: - The benchmark's peers

# A wheel or a version of PyTorch for `make bench`; by default the CPU build of the newest.
MODGAP_TORCH_WHEEL ?=
PYTHON ?= python3

.venv-bench/ready:
	@command -v $(PYTHON) > /dev/null || { echo 'make bench: there is no $(PYTHON) on PATH; apt-get install python3-venv' >&2; exit 69; }; \
	rm -rf .venv-bench; \
	if ! $(PYTHON) -m venv .venv-bench > /dev/null; then \
	  rm -rf .venv-bench; \
	  echo 'make bench: could not make a virtual environment (apt-get install python3-venv); only modgap is measured' >&2; exit 0; fi; \
	pip='.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check'; \
	if [ -n "$(MODGAP_TORCH_WHEEL)" ]; then $$pip numpy "$(MODGAP_TORCH_WHEEL)"; \
	else \
	  $$pip numpy && \
	  { $$pip --index-url https://download.pytorch.org/whl/cpu torch || $$pip torch; }; fi \
	&& { $$pip onnx onnxruntime || echo 'make bench: ONNX Runtime could not be installed; its rows are left out' >&2; } \
	&& { $$pip umap-learn || echo 'make bench: umap-learn could not be installed; its row is left out' >&2; } \
	&& touch $@ \
	|| echo 'make bench: NumPy and PyTorch could not be installed; only modgap is measured (MODGAP_TORCH_WHEEL names a wheel to use)' >&2

# MARK: - Data

# For a config that reads the authors' arrays, itself or through what it extends: downloads them once. Where they
# are already, or where MODGAP_DATA says where they are, nothing is downloaded; without a network the experiment
# runs on what there is.
authors-arrays:
	@config="$(CONFIG)"; \
	until grep -qs MODGAP_DATA "$$config"; do \
	  base=$$(sed -nE 's/.*"extends": *"([^"]+)".*/\1/p' "$$config" 2> /dev/null | head -n 1); \
	  [ -n "$$base" ] || exit 0; \
	  config="$$(dirname "$$config")/$$base"; done; \
	[ -z "$${MODGAP_DATA:-}" ] || exit 0; \
	for folder in data ../shared/data/authors-features; do [ ! -f "$$folder/features_clip.npy" ] || exit 0; done; \
	if $(MODGAP) data get authors-clip --timeout 10 --attempts 1 > /dev/null 2>&1; then \
	  $(MODGAP) data get authors > /dev/null || true; \
	else \
	  echo "make: the authors' arrays could not be downloaded; what needs them is not run until \`make data\` has, which says why" >&2; fi

data: build ## downloads the authors' embeddings into data/ (modgap data list: all else that experiments read)
	$(MODGAP) data get authors $(ARGS)
