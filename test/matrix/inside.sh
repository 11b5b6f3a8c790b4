#!/bin/bash
# inside.sh VERSION SCALE SUITE...: in a Debian of the matrix, in a clean checkout,
# builds, counts the warnings, and runs these suites.
#
# What row.sh keeps is a line "= WHAT ..."; everything else is for the log.
set -uo pipefail
version=$1 scale=$2
shift 2
cd "$(dirname "$0")/../.." || exit 2
logs=build/log
mkdir -p "$logs"
. test/harness/counts.sh

# Builds as the README's make does, bitcode included, but not among the sources.
plain()
{
	mkdir -p build/plain && make -s -C build/plain -f ../../Makefile VPATH=../.. all
}

# What a suite said of itself, and a failure more where that cannot be all.
suite()
{
	local name=$1 start=$SECONDS status=0
	shift
	"$@" 2>&1 | tee "$logs/$name.log" || status=$?
	echo "= $name $(counts "$name" "$status" "$logs/$name.log") $((SECONDS - start))"
}

test/harness/packages.sh || exit 1
found=$("${PG_CONFIG:-pg_config}" --version | sed 's/^PostgreSQL \([^ ]*\).*/\1/')
echo "= PostgreSQL $found"
echo "= FreeTDS $(dpkg-query -W -f '${Version}' freetds-dev | sed 's/[+-].*//')"
echo "= gcc $(gcc -dumpfullversion)"
if ! [[ $found =~ ^$version([^0-9]|$) ]]; then
	echo "not ok - this Debian has another PostgreSQL than $version: versions.table must name another Debian, or an archive"
	exit 1
fi

echo "building"
start=$SECONDS
status=0
{ plain && make -s lab; } 2>&1 | tee "$logs/warnings.log" || status=$?
warnings=$(grep -c 'warning:' "$logs/warnings.log")
[ "$status" -eq 0 ] || warnings=$((warnings + 1))
echo "= warnings 0 $warnings $((SECONDS - start))"

for name in "$@"; do
	case $name in
		# of the rules those that a newer Debian can break: what its compilers say, what the library exports
		lint) suite lint test/lint/run.sh build/extension/tds_mirror_fdw.so warnings analysis symbols ;;
		differential) suite differential make -s differential SCALE="$scale" ;;
		*) suite "$name" make -s "$name" ;;
	esac
done
