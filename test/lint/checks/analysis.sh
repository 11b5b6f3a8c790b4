#!/bin/bash
# the static analysers of gcc and clang find nothing in pure and wire
set -u
# These two layers work on bytes from outside without a safety net, and are
# small enough to be analysed at every run.

status=0
jobs=$LINT_SCRATCH/analyse
for layer in pure wire; do
	case $layer in
		pure) flags="-std=c99 -Iinclude" ;;
		wire) flags="-std=gnu99 -D_GNU_SOURCE -Iinclude" ;;
	esac
	for file in src/$layer/*.c; do
		[ -f "$file" ] || continue
		echo "gcc -O1 -fanalyzer -Werror $flags -c -o /dev/null $file"
		if command -v clang >/dev/null; then
			echo "clang --analyze --analyzer-output text -Xanalyzer -analyzer-werror $flags $file"
		fi
	done
done >"$jobs"
command -v clang >/dev/null || echo "note: clang is not installed; its analyser did not run"
if ! command -v gcc >/dev/null; then
	echo "gcc is not installed; install it"
	exit 1
fi

xargs -P "$(nproc)" -I{} sh -c 'out=$({} 2>&1) || { printf "%s\n" "$out"; exit 1; }' <"$jobs" ||
	status=1
exit $status
