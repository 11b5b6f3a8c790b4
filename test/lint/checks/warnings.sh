#!/bin/bash
# gcc and clang have nothing to say at -Wall -Wextra
set -u
# Every .c file of the tree is compiled, by the rules of its folder; a file that
# no rule covers is a complaint.  Warnings that PostgreSQL's own conventions
# provoke (callbacks with unused arguments, sentinels) are off where they apply.

if ! server=$("$PG_CONFIG" --includedir-server 2>/dev/null) || [ ! -f "$server/postgres.h" ]; then
	echo "$PG_CONFIG: no PostgreSQL server headers; install postgresql-server-dev, or set PG_CONFIG"
	exit 1
fi
common="-Wall -Wextra -Werror -Wmissing-prototypes -Wpointer-arith -Wvla -Wdeclaration-after-statement"
conventions="-Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers"
# The C of the server's headers: where they were configured for a word of C23, that.
language=gnu99
! grep -q '^#define HAVE_TYPEOF_UNQUAL 1' "$server/pg_config.h" || language=gnu2x

# file -> flags
flags_of() {
	case $1 in
		src/pure/*) echo "-std=c99 -pedantic -Iinclude" ;;
		src/wire/*) echo "-std=gnu99 -D_GNU_SOURCE -Iinclude $conventions" ;;
		src/* | tds_mirror_fdw.c)
			echo "-std=$language -D_GNU_SOURCE -Iinclude -isystem $server $conventions" ;;
		test/broken_streams/*)
			echo "-std=$language -D_GNU_SOURCE -Iinclude -isystem $server $conventions" ;;
		test/fuzz/*)
			echo "-std=gnu11 -D_GNU_SOURCE -Itest/broken_streams" ;;
		test/parameters/*)
			echo "-std=$language -D_GNU_SOURCE -Iinclude -Isrc/value -isystem $server $conventions" ;;
		test/docs/*) echo "-std=c99 -pedantic -Iinclude" ;;
		test/standin/*) echo "-std=gnu11 -D_GNU_SOURCE -pthread -Itest/standin" ;;
		test/standin_speed/* | bench/read/* | bench/push/* | bench/write/*) echo "-std=gnu11 -D_GNU_SOURCE" ;;
		test/unit/*) echo "-std=gnu11 -D_GNU_SOURCE -Iinclude -Itest/unit -Itest/standin" ;;
		*) return 1 ;;
	esac
}

compilers=
for compiler in gcc clang; do
	if command -v "$compiler" >/dev/null; then
		compilers="$compilers $compiler"
	else
		echo "note: $compiler is not installed; nothing was compiled with it"
	fi
done
if [ -z "$compilers" ]; then
	echo "no compiler; install gcc and clang"
	exit 1
fi

# gcc sees some mistakes only while it optimizes; clang has all it needs at once.
jobs=$LINT_SCRATCH/compile
status=0
while IFS= read -r file; do
	if ! flags=$(flags_of "$file"); then
		echo "$file: no rule says how to compile it; add one to test/lint/checks/warnings.sh" >&2
		status=1
		continue
	fi
	for compiler in $compilers; do
		case $compiler in
			gcc) depth="-O2 -S -o /dev/null" ;;
			*) depth=-fsyntax-only ;;
		esac
		echo "$compiler $depth $common $flags $file"
	done
done >"$jobs" < <(find . \( -name .git -o -path ./build -o -name node_modules \) -prune -o \
	-name '*.c' -print | sed 's,^\./,,' | sort)

xargs -P "$(nproc)" -I{} sh -c 'out=$({} 2>&1) || { printf "%s\n" "$out"; exit 1; }' <"$jobs" ||
	status=1
exit $status
