#!/bin/bash
# run.sh BUILD [check]: builds the Debian packages and tries the one for the
# newest of their servers in a fresh Debian; with "check" only the latter.
#
# Making a Debian takes root; an ordinary user is told that this part is left out.
set -u
build=$1
what=${2:-all}
here=$(cd "$(dirname "$0")" && pwd)
log=$build/deb/log
mkdir -p "$build/deb"
: >"$log"
child=

# What the root held is gone with its namespace; nothing is mounted below it.
remove_root()
{
	rm -rf --one-file-system "$build/deb/root-test/root"
}

leave()
{
	touch "$build/run/deb/stop" 2>/dev/null
	[ -z "$child" ] || { kill "$child"; wait "$child"; } 2>/dev/null
}
trap leave EXIT
trap 'exit 130' INT TERM

[ "$what" = check ] || "$here/build.sh" "$build" | tee -a "$log"
package=$(ls "$build/deb"/postgresql-*-tds-mirror-fdw_*.deb 2>/dev/null | sort -V | tail -n 1)
if [ -z "$package" ]; then
	echo 'not ok - there is a package' | tee -a "$log"
elif [ "$(id -u)" != 0 ]; then
	echo "skip: only root can install $(basename "$package") in a Debian of its own"
else
	rm -f "$build/run/deb/ports"
	"$here/../harness/unprivileged.sh" "$build" deb perl -I"$here/../harness/lib" "$here/pair.pl" &
	child=$!
	remove_root
	if perl "$here/await.pl" "$build/run/deb/ports"; then
		"$here/root.sh" "$build" "$package" "$build/run/deb/ports" | tee -a "$log"
		remove_root
	else
		echo 'not ok - a pair' | tee -a "$log"
	fi
fi

passed=$(grep -c '^ok - ' "$log")
failed=$(grep -c '^not ok - ' "$log")
short=$(grep -c '^bar .* short$' "$log")
echo "deb: $passed passed, $failed failed"
grep '^bar ' "$log"
[ "$passed" -gt 0 ] && [ "$failed" -eq 0 ] && [ "$short" -eq 0 ]
