#!/bin/bash
# run.sh [LIBRARY [CHECK ...]]: runs the checks of this folder on the tree that
# it lies in, one line a check, and says what is wrong and what would mend it.
#
# LIBRARY is the built tds_mirror_fdw.so (default: the one below build/).  With
# names of checks only these run.  Adding a check is adding a file to checks/:
# its second line says what it checks; it prints complaints and exits non-zero.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cd "$top" || exit 2

library=${1:-$(find build -name tds_mirror_fdw.so -print 2>/dev/null | head -n 1)}
case $library in
	'' | /*) ;;
	*) library=$OLDPWD/$library ;;
esac
[ $# -gt 0 ] && shift
export LINT_LIBRARY=$library
export PG_CONFIG=${PG_CONFIG:-pg_config}
export PERL5LIB=$here${PERL5LIB:+:$PERL5LIB}

scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
export LINT_SCRATCH=$scratch

passed=0
failed=0
for check in "$here"/checks/*; do
	name=$(basename "$check")
	name=${name%.*}
	if [ $# -gt 0 ] && ! printf '%s\n' "$@" | grep -qx "$name"; then
		continue
	fi
	title="$name: $(sed -n '2s/^# *//p' "$check")"
	case $check in
		*.pl) perl "$check" >"$scratch/out" 2>&1 ;;
		*) bash "$check" >"$scratch/out" 2>&1 ;;
	esac
	if [ $? -eq 0 ]; then
		echo "ok - $title"
		passed=$((passed + 1))
	else
		echo "not ok - $title"
		failed=$((failed + 1))
	fi
	sed 's/^/    /' "$scratch/out"
done

echo "lint: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
