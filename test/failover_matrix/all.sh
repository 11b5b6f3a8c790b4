#!/bin/bash
# all.sh BUILD: the matrix, COMMITs in doubt, and the endurance run, one after the
# other, aloud; the bars of all of them come once more at the end.
set -u
build=$1
top=$build/..
mkdir -p "$build/log"
status=0
logs=()

for suite in matrix-failover:failover_matrix indoubt:indoubt endurance:failover_endurance; do
	name=${suite%%:*}
	log=$build/log/$name.log
	logs+=("$log")
	printf -- '--- %s\n' "$name"
	"$top/test/harness/unprivileged.sh" "$build" "$name" perl -I"$top/test/harness/lib" \
		"$top/test/${suite#*:}/run.pl" 2>&1 | tee "$log"
	[ "${PIPESTATUS[0]}" -eq 0 ] || status=1
done

echo
grep -hE '^[a-z-]+: [0-9]+ passed, [0-9]+ failed' "${logs[@]}"
grep -hE '^bar ' "${logs[@]}"
exit $status
