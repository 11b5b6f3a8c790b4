# Targets that build and test the extension in a laboratory of their own, all of
# it below build/: a scratch copy of the server, a cluster, stand-in partners.

BUILD := $(TOP)/build
HARNESS := $(TOP)/test/harness
LABORATORY := $(HARNESS)/unprivileged.sh $(BUILD)
PG_CONFIG ?= pg_config
export PG_CONFIG

.PHONY: $(LAB_TARGETS)
.NOTPARALLEL:

packages:
	@$(HARNESS)/packages.sh

standin: packages
	@$(MAKE) --no-print-directory -s -C $(TOP)/test/standin OUT=$(BUILD)/standin

extension: packages
	@mkdir -p $(BUILD)/extension
	@$(MAKE) --no-print-directory -s -C $(BUILD)/extension -f $(TOP)/Makefile VPATH=$(TOP) with_llvm=no all

# A copy of the server below build/root with the extension installed in it.
lab: standin extension
	@$(HARNESS)/root.sh $(BUILD)

demo: lab
	@$(LABORATORY) demo perl -I$(HARNESS)/lib $(TOP)/test/demo.pl

unit: packages
	@$(TOP)/test/unit/run.sh $(BUILD)/unit

lint: extension
	@status=0; $(TOP)/test/lint/run.sh $(BUILD)/extension/tds_mirror_fdw.so || status=1; \
	$(TOP)/test/lint/self_test.sh || status=1; exit $$status

facts regress isolation tap: lab
	@$(LABORATORY) $@ perl -I$(HARNESS)/lib $(TOP)/test/harness/$@.pl

# Before lab, which copies what packages add to the server.  What cannot be
# installed is said by the test of that client.
client-modules: packages
	@$(HARNESS)/packages.sh clients
	@$(TOP)/test/clients/modules.sh $(BUILD)/clients

clients: client-modules lab
	@$(LABORATORY) clients perl -I$(HARNESS)/lib $(TOP)/test/clients/run.pl $(CLIENTS)

# Every type and its ends, through foreign tables and through other clients.
values: client-modules lab
	@$(LABORATORY) values perl -I$(HARNESS)/lib $(TOP)/test/values/run.pl

faults: standin
	@$(LABORATORY) faults perl -I$(HARNESS)/lib $(TOP)/test/faults/run.pl

# The sources in bench/read that programs beside which we measure share.
BARE := $(TOP)/bench/read/bare.c $(TOP)/bench/read/bare.h

$(BUILD)/standin_speed/drain: $(TOP)/test/standin_speed/drain.c $(BARE) | packages
	@mkdir -p $(@D)
	@gcc -O2 -Wall -Wextra -o $@ $(filter %.c,$^) -lsybdb

# SCALE below 1 reads smaller tables; the bar then does not decide.
bench-standin: standin $(BUILD)/standin_speed/drain
	@$(LABORATORY) bench-standin perl -I$(HARNESS)/lib $(TOP)/test/standin_speed/run.pl

broken-streams-programs: packages
	@$(TOP)/test/broken_streams/build.sh $(BUILD)/broken_streams

# Every single thing that can be wrong with a reply; SCALE=x is a share of them.
broken-streams: lab broken-streams-programs
	@$(LABORATORY) $@ perl -I$(HARNESS)/lib $(TOP)/test/broken_streams/run.pl

fuzz-programs: broken-streams-programs
	@$(TOP)/test/fuzz/build.sh $(BUILD)/fuzz

# A million replies with several things wrong at once; SEED=n is the first of five seeds,
# SCALE=x a part of the whole.
fuzz: lab fuzz-programs
	@$(LABORATORY) $@ perl -I$(HARNESS)/lib $(TOP)/test/fuzz/run.pl

# SEED=n is the first of five, SCALE=x a part of the whole.
chaos-standin: standin
	@$(LABORATORY) $@ perl -I$(HARNESS)/lib $(TOP)/test/standin_chaos/run.pl

# DML through foreign tables while partners and backends are struck, and what is left
# of it; SEED and SCALE as above.
chaos: lab
	@$(LABORATORY) $@ perl -I$(HARNESS)/lib $(TOP)/test/chaos/run.pl

# Random queries on foreign tables and on copies; SEED=n is the first of five,
# SCALE=x a part of the whole, QUERY=n one query of SEED, FAULTS=none leaves faults out.
differential: lab
	@$(LABORATORY) $@ perl -I$(HARNESS)/lib $(TOP)/test/differential/run.pl

BENCH_READ := $(BUILD)/bench_read/floor $(BUILD)/bench_read/lookup

# SCALE below 1 makes fewer runs; bars of time then do not decide.
bench-failover: client-modules lab
	@$(LABORATORY) $@ perl -I$(HARNESS)/lib $(TOP)/bench/failover/run.pl

$(BUILD)/bench_read/%: $(TOP)/bench/read/%.c $(BARE) | packages
	@mkdir -p $(@D)
	@gcc -O2 -Wall -Wextra -o $@ $(filter %.c,$^) -lsybdb

# SCALE below 1 reads smaller tables; PROFILE=1 adds where the time of a scan goes.
bench-read: client-modules lab $(BENCH_READ)
	@$(LABORATORY) $@ perl -I$(HARNESS)/lib $(TOP)/bench/read/run.pl

$(BUILD)/bench_push/request: $(TOP)/bench/push/request.c $(BARE) | packages
	@mkdir -p $(@D)
	@gcc -O2 -Wall -Wextra -o $@ $(filter %.c,$^) -lsybdb

# SCALE below 1 asks smaller tables.
bench-push: client-modules lab $(BUILD)/bench_push/request
	@$(LABORATORY) $@ perl -I$(HARNESS)/lib $(TOP)/bench/push/run.pl

$(BUILD)/bench_write/change: $(TOP)/bench/write/change.c $(BARE) | packages
	@mkdir -p $(@D)
	@gcc -O2 -Wall -Wextra -o $@ $(filter %.c,$^) -lsybdb

# SCALE below 1 writes fewer rows.
bench-write: client-modules lab $(BUILD)/bench_write/change
	@$(LABORATORY) $@ perl -I$(HARNESS)/lib $(TOP)/bench/write/run.pl

# The manual and the code say the same, and the examples of the manual run;
# PAGES="doc/x.md" runs those of some pages alone.
docs-check: lab
	@$(LABORATORY) $@ perl -I$(HARNESS)/lib $(TOP)/test/docs/run.pl

# The pictures in doc/images, from figures measured with the extension as it is now;
# PLOTS=timeline or bars draws one of them.
plots: client-modules lab $(BENCH_READ) $(BUILD)/bench_write/change
	@$(HARNESS)/packages.sh plots
	@$(TOP)/bench/plots/draw.sh $(BUILD)

# Renews the verdict table in doc/failover.md.
verdict-table: packages
	@perl $(TOP)/test/docs/verdict_table.pl $(BUILD)/docs --write

# Every fault at every moment, COMMITs in doubt, and a hundred thousand statements.
matrix-failover: lab
	@$(TOP)/test/failover_matrix/all.sh $(BUILD)

# The suites on other versions of PostgreSQL, each in a Debian of its own.
# VERSIONS="15 17" chooses, SCALE is the differential's, JOBS=2 runs two at once,
# FRESH=1 makes the Debians anew.  It ends with make, however that ends.
matrix:
	@setpriv --pdeathsig KILL $(TOP)/test/matrix/run.sh $(BUILD)/matrix

deb-packages: packages
	@$(HARNESS)/packages.sh deb

# Debian packages, for the servers of PGVERSIONS="15 17" or for those whose development
# packages are there, and as root the use and the removal of one in a fresh Debian.
deb: deb-packages standin
	@$(TOP)/test/deb/run.sh $(BUILD)

# The second half alone, of what was built last.
deb-check: deb-packages standin
	@$(TOP)/test/deb/run.sh $(BUILD) check

# The distribution for PGXN, of what is committed.
dist: packages
	@$(HARNESS)/packages.sh dist
	@$(TOP)/test/dist/run.sh $(BUILD)

installcheck: regress isolation tap

check: client-modules lab $(BUILD)/standin_speed/drain $(BENCH_READ) $(BUILD)/bench_push/request $(BUILD)/bench_write/change fuzz-programs
	@$(HARNESS)/check.sh $(BUILD)

lab-clean:
	@rm -rf --one-file-system $(BUILD)
