#!/bin/bash
# check.sh BUILD: every suite in turn, at the scale of a daily run.
#
# What the suites count is shown as it comes, and added up.
set -u
build=$1
top=$build/..
logs=$build/log
mkdir -p "$logs"

. "$top/test/harness/counts.sh"

passed=0
failed=0

suite()
{
	local name=$1 start=$SECONDS status=0 p f
	shift
	printf -- '--- %s\n' "$name"
	"$@" >"$logs/$name.log" 2>&1 || status=$?
	read -r p f <<<"$(counts "$name" "$status" "$logs/$name.log")"
	grep -E '^bar |^skip |^[a-z]+: [0-9]+ passed' "$logs/$name.log" | grep -v "^$name:"
	if [ "$f" -gt 0 ]; then
		grep -E -A 5 '^ *not ok' "$logs/$name.log" | head -n 60
		grep -E -B 5 '^FAILED' "$logs/$name.log" | head -n 60
		grep -E 'ERROR|failed' "$logs/$name.log" | head -n 30
		tail -n 40 "$logs/$name.log"
	fi
	printf '%s: %d passed, %d failed (%d s)\n' "$name" "$p" "$f" $((SECONDS - start))
	passed=$((passed + p))
	failed=$((failed + f))
}

# laboratory NAME PROGRAM...: a Perl program with servers of its own
laboratory()
{
	local name=$1
	shift
	"$top/test/harness/unprivileged.sh" "$build" "$name" perl -I"$top/test/harness/lib" "$@"
}

# scaled SCALE NAME PROGRAM...
scaled()
{
	local -x SCALE=$1
	shift
	laboratory "$@"
}

suite unit "$top/test/unit/run.sh" "$build/unit"
suite lint "$top/test/lint/run.sh" "$build/extension/tds_mirror_fdw.so"
suite lint_self "$top/test/lint/self_test.sh"
suite facts laboratory facts "$top/test/harness/facts.pl"
suite regress laboratory regress "$top/test/harness/regress.pl"
suite isolation laboratory isolation "$top/test/harness/isolation.pl"
suite tap laboratory tap "$top/test/harness/tap.pl"
suite docs-check laboratory docs-check "$top/test/docs/run.pl"
suite values laboratory values "$top/test/values/run.pl"
suite clients laboratory clients "$top/test/clients/run.pl"
suite differential scaled 0.02 differential "$top/test/differential/run.pl"
suite faults laboratory faults "$top/test/faults/run.pl"
suite broken-streams scaled 0.1 broken-streams "$top/test/broken_streams/run.pl"
suite fuzz scaled 0.02 fuzz "$top/test/fuzz/run.pl"
suite bench-standin scaled 0.03 bench-standin "$top/test/standin_speed/run.pl"
suite bench-failover scaled 0.02 bench-failover "$top/bench/failover/run.pl"
suite bench-read scaled 0.02 bench-read "$top/bench/read/run.pl"
suite bench-push scaled 0.02 bench-push "$top/bench/push/run.pl"
suite bench-write scaled 0.02 bench-write "$top/bench/write/run.pl"
suite matrix-failover scaled 0.15 matrix-failover "$top/test/failover_matrix/run.pl"
suite indoubt scaled 0.02 indoubt "$top/test/indoubt/run.pl"
suite endurance scaled 0.03 endurance "$top/test/failover_endurance/run.pl"
suite chaos scaled 0.01 chaos "$top/test/chaos/run.pl"
suite chaos-standin scaled 0.05 chaos-standin "$top/test/standin_chaos/run.pl"

echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
