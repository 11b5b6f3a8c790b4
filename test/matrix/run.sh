#!/bin/bash
# run.sh FOLDER: the suites on every version of versions.table, each in a Debian of
# its own below FOLDER, and a row of counts for each.
#
# VERSIONS="15 17" chooses rows, SCALE=x is the scale of the differential, JOBS=2 runs
# two rows side by side, FRESH=1 makes the Debians anew; SUITES="regress tap" runs these
# alone, and the others are red.
set -uo pipefail
folder=$1
here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
suites="unit lint regress isolation tap differential"
bound="setpriv --pdeathsig KILL"	# ends with whoever started it, however that ends
export SCALE=${SCALE:-0.1} SUITES=${SUITES:-$suites}

if [ "$(id -u)" != 0 ]; then
	echo "make matrix makes Debians by debootstrap and enters them, which only root may do" >&2
	exit 1
fi
"$top/test/harness/packages.sh" matrix || exit 1
mkdir -p "$folder"

table=$(grep -v '^#' "$here/versions.table")
: "${VERSIONS:=$(awk '{ print $1 }' <<<"$table")}"
for version in $VERSIONS; do
	grep -q "^$version " <<<"$table" || {
		echo "versions.table has no row $version" >&2
		exit 2
	}
done
table=$(for version in $VERSIONS; do grep "^$version " <<<"$table"; done)

echo "matrix: $(git -C "$top" log -1 --format='%h %s'), differential at scale $SCALE"
[ -z "$(git -C "$top" status --porcelain)" ] || echo "matrix: what is not committed is not tested"

while read -r version suite archive _; do
	rm -f "$folder/$version.row"
	echo "$folder $version $suite $archive"
done <<<"$table" |
	$bound xargs -P "${JOBS:-1}" -L 1 $bound "$here/row.sh"

value() { sed -n "s/^$2 //p" "$folder/$1.row" 2>/dev/null | tail -n 1; }

# A suite's cell: passed and failed; one that did not end is one red.
cell()
{
	local passed failed
	read -r passed failed _ <<<"$(value "$1" "$2")"
	[ -n "${failed:-}" ] || { echo "0 1 none"; return; }
	if [ "$2" = warnings ]; then echo "0 $failed $failed"; else echo "$passed $failed $passed/$failed"; fi
}

form='%-7s  %-8s  %-10s  %-7s  %-6s  %-8s  %-8s  %-4s  %-7s  %-9s  %-8s  %s\n'
echo
echo "passed/failed, by version"
printf "$form" version Debian PostgreSQL FreeTDS gcc warnings unit lint regress isolation TAP differential
bars=() passed=0 failed=0
while read -r version suite _ decides; do
	cells=() red=0 green=0
	for name in warnings $suites; do
		read -r p f text <<<"$(cell "$version" "$name")"
		cells+=("$text")
		green=$((green + p))
		red=$((red + f))
	done
	printf "$form" "$version" "$suite" "$(value "$version" PostgreSQL)" "$(value "$version" FreeTDS)" \
		"$(value "$version" gcc)" "${cells[@]}"
	if [ "$decides" = decides ]; then
		passed=$((passed + green))
		failed=$((failed + red))
		bars+=("bar matrix_red_$version $red 0 $([ "$red" -eq 0 ] && echo ok || echo short)")
	else
		bars+=("matrix_red_$version $red, which decides nothing: it is a release candidate")
	fi
done <<<"$table"
echo
printf '%s\n' "${bars[@]}"
echo "matrix: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
