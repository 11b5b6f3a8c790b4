#!/bin/bash
# the library exports its entry points and nothing else
set -u

if [ -z "$LINT_LIBRARY" ] || [ ! -f "$LINT_LIBRARY" ]; then
	echo "tds_mirror_fdw.so: not built; 'make lint' builds it first, or give its path to run.sh"
	exit 1
fi

# A function may leave when a pg_finfo_ of its name does.
nm -D --defined-only "$LINT_LIBRARY" | awk '
	{ name[$3] = 1 }
	END {
		for (n in name) {
			if (n == "Pg_magic_func" || n == "_PG_init" || n ~ /^pg_finfo_/ || ("pg_finfo_" n) in name)
				continue
			print n ": leaves the library; make it static, or build with -fvisibility=hidden"
			bad = 1
		}
		if (!("Pg_magic_func" in name)) {
			print "Pg_magic_func: missing; PostgreSQL will not load the library"
			bad = 1
		}
		exit bad
	}'
