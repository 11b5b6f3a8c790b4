#!/bin/bash
# draw.sh BUILD: measures what the pictures of doc/images show, and draws them.
#
# The figures are those of bench-failover, bench-read and bench-write at full scale,
# of the cases that are shown.  What was measured with the extension as it is now is
# not measured again.  PLOTS=timeline or PLOTS=bars draws one of the pictures.
set -eu
build=$1
top=$build/..
here=$top/bench/plots
images=$top/doc/images
work=$build/plots
mkdir -p "$work" "$images"

wanted=${PLOTS:-timeline bars}
case $wanted in
	timeline | bars | "timeline bars") ;;
	*)
		echo "PLOTS is timeline or bars, or not set" >&2
		exit 1
		;;
esac

# measure NAME CASES PROGRAM [FILE]: its output, and a file that it leaves in its
# folder, in $work; bars that are short are said, and drawn as they are
measure()
{
	local name=$1 cases=$2 program=$3 file=${4:-} status=0
	[ ! "$work/$name.out" -nt "$build/extension/tds_mirror_fdw.so" ] || return 0
	echo "measuring: bench-$name, $cases"
	ONLY=$cases SCALE=1 "$top/test/harness/unprivileged.sh" "$build" "plots-$name" \
		perl -I"$top/test/harness/lib" "$top/$program" >"$work/$name.new" 2>&1 || status=$?
	grep -E '^not ok|load of the machine|^warning' "$work/$name.new" || true
	if ! grep -q "^bench-$name: " "$work/$name.new"; then
		tail -n 20 "$work/$name.new" >&2
		exit 1
	fi
	[ -z "$file" ] || cp "$build/run/plots-$name/$file" "$work/$file"
	mv "$work/$name.new" "$work/$name.out"
}

# series KIND FILE...: into a file of that name
series()
{
	local kind=$1
	shift
	perl "$here/series.pl" "$kind" "$@" >"$work/$kind.dat"
}

# picture NAME DATA...
picture()
{
	local name=$1
	shift
	gnuplot -c "$here/$name.gp" "$work/$name.svg" "$@"
	mv "$work/$name.svg" "$images/$name.svg"
	echo "drawn: doc/images/$name.svg"
}

case $wanted in *timeline*)
	measure failover timeline bench/failover/run.pl timeline.tsv
	series timeline "$work/timeline.tsv"
	picture timeline "$work/timeline.dat"
esac
case $wanted in *bars*)
	measure read scan,text,copy,lookup bench/read/run.pl
	measure write load bench/write/run.pl
	series read "$work/read.out"
	series write "$work/write.out"
	series ratios "$work/read.out" "$work/write.out"
	picture bars "$work/read.dat" "$work/write.dat" "$work/ratios.dat"
esac
