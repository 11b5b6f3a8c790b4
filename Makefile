# tds_mirror_fdw: a foreign data wrapper for mirrored SQL Server databases
#
# make, make install		build and install by PGXS (PG_CONFIG names the server)
# make demo, make check		the story, and every test; they install what they lack
#
# Targets that need a pair of servers, a scratch cluster or packages are in
# test/lab.mk; everything else goes to PGXS, which knows DESTDIR, uninstall and clean.

TOP := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))

LAB_TARGETS = demo check matrix deb deb-packages deb-check dist docs-check plots fuzz fuzz-programs chaos chaos-standin matrix-failover unit lint facts installcheck regress isolation tap clients client-modules values faults bench-standin broken-streams broken-streams-programs bench-failover bench-read bench-push bench-write differential verdict-table packages standin extension lab lab-clean

ifneq (,$(filter $(LAB_TARGETS),$(MAKECMDGOALS)))

include $(TOP)/test/lab.mk

else

MODULE_big = tds_mirror_fdw
EXTENSION = tds_mirror_fdw
DATA = tds_mirror_fdw--1.0.sql
PGFILEDESC = "tds_mirror_fdw - foreign data wrapper for mirrored SQL Server databases"

LAYERS = pure wire option session value plan exec admin
SOURCES = tds_mirror_fdw.c $(foreach layer,$(LAYERS),$(patsubst $(TOP)/%,%,$(wildcard $(TOP)/src/$(layer)/*.c)))
OBJS = $(SOURCES:.c=.o)

PG_CPPFLAGS = -I$(TOP)/include
PG_CFLAGS = -fvisibility=hidden -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers
SHLIB_LINK = -lsybdb

# No bitcode: queries call nothing of this library in their expressions, so that
# a just-in-time compiler has nothing to inline, and building takes no clang.
override with_llvm = no

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# The manual gets a folder of its own, in which its pages lie as they do here, so
# that their links hold; DOCS would put them among those of other extensions.
MANUAL = $(shell cd $(TOP) && find README.md CHANGELOG.md doc $(notdir $(wildcard $(TOP)/share)) -type f)
manualdir = $(DESTDIR)$(docdir)/extension/tds_mirror_fdw

install: install-manual
install-manual:
	$(MKDIR_P) $(sort $(dir $(addprefix '$(manualdir)'/,$(MANUAL))))
	$(foreach file,$(MANUAL),$(INSTALL_DATA) '$(TOP)/$(file)' '$(manualdir)/$(file)' &&) true

uninstall: uninstall-manual
uninstall-manual:
	rm -f $(addprefix '$(manualdir)'/,$(MANUAL))
	find '$(manualdir)' -depth -type d -empty -exec rmdir {} +

.PHONY: install-manual uninstall-manual

# Outside the source tree the folders of the objects must be made, and what is found in it
# is sources: objects of a build there are not taken for those of this one.
$(shell mkdir -p $(sort $(dir $(OBJS))))
ifdef VPATH
srcdir := $(srcdir)
override VPATH :=
vpath %.c $(srcdir)
vpath %.control $(srcdir)
vpath %.sql $(srcdir)
endif

# PGXS tracks no headers; here they are the contracts, so everything follows them.
$(OBJS): $(wildcard $(TOP)/include/*/*.h $(TOP)/src/*/*.h)

endif
