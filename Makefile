# The front door. The build itself is Meson's; these targets install what is missing, then call it.
.PHONY: help setup build demo check check-full clean
.NOTPARALLEL:

help:
	@echo 'make demo         build everything and time a real program on the simulated M2'
	@echo 'make check        run the tests; the last line says how many passed and failed'
	@echo 'make check-full   make check, then the slow tests and the fuzzers'
	@echo 'make build        build build/m2sim'
	@echo 'make setup        install what is missing of packaging/apt-packages.txt'
	@echo 'make clean        remove everything built'
	@echo 'make check SKIP="asan tidy"   leaves out stages: guest test readme bench asan layers format tidy'

setup:
	@tools/setup

build:
	@tools/setup build
	@test -e build/build.ninja || meson setup build $(if $(wildcard .git),-Dwerror=true)
	@ninja -C build

demo:
	@tools/setup build guest
	@$(MAKE) -s build
	@tools/demo

check: setup
	@tools/check $(if $(SKIP),--skip '$(SKIP)')

check-full: setup
	@tools/check --full $(if $(SKIP),--skip '$(SKIP)')

clean:
	rm -rf build build-asan build-baseline build-fuzz build-arm64 out
