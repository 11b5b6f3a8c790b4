#!/bin/bash
# run.sh BUILD: the distribution for PGXN, BUILD/dist/tds_mirror_fdw-VERSION.zip, of
# what is committed; and whether it is one.
#
# Prints "ok - ..." or "not ok - ..." for what PGXN asks of META.json and of the zip,
# and for what anybody may expect: that it builds and installs where it is unpacked.
set -u
build=$1
top=$(cd "$build/.." && pwd)
dist=$build/dist
cd "$top" || exit 1
unset MAKEFLAGS MAKELEVEL MFLAGS
: "${PG_CONFIG:=pg_config}"
passed=0
failed=0

verdict()
{
	if [ "$1" -eq 0 ]; then
		echo "ok - $2"
		passed=$((passed + 1))
	else
		echo "not ok - $2"
		[ -z "${3:-}" ] || tail -n 30 "$3" | sed 's/^/    /'
		failed=$((failed + 1))
	fi
}

rm -rf "$dist"
mkdir -p "$dist"
log=$dist/log
if ! git rev-parse -q --verify HEAD >/dev/null 2>&1; then
	echo 'a distribution is made of a git repository' >&2
	exit 1
fi
git diff --quiet HEAD || echo 'note: the distribution is of the last commit; what has changed since is not in it'

version=$(perl -MJSON::PP -0777 -ne 'print decode_json($_)->{version}' META.json)
name=tds_mirror_fdw-$version
zip=$dist/$name.zip
git archive --format zip --prefix "$name/" --output "$zip" HEAD
verdict $? "$name.zip"

(cd "$dist" && unzip -q "$zip") >"$log" 2>&1
verdict $? 'it can be unpacked' "$log"
unzip -Z1 "$zip" >"$dist/names"
! grep -v "^$name/" "$dist/names" >"$log"
verdict $? "all of it is in one folder, $name" "$log"
grep -qx "$name/META.json" "$dist/names"
verdict $? 'META.json is at its top'
! grep -E "^$name/(\.|build/)|\.(o|so|bc|d|deb|zip)$" "$dist/names" >"$log"
verdict $? 'nothing in it was built, and nothing serves this repository only' "$log"
for file in README.md LICENSE CHANGELOG.md Makefile tds_mirror_fdw.control; do
	grep -qx "$name/$file" "$dist/names"
	verdict $? "$file is in it"
done

cd "$dist/$name" || exit 1
bash test/lint/run.sh /dev/null meta release >"$log" 2>&1
verdict $? 'its META.json follows the Meta Spec 1.0, and its versions agree' "$log"

make PG_CONFIG="$PG_CONFIG" >"$log" 2>&1
verdict $? 'make' "$log"
! grep 'warning:' "$log" >"$dist/warnings"
verdict $? 'without a warning' "$dist/warnings"
make PG_CONFIG="$PG_CONFIG" install DESTDIR="$dist/installed" >"$log" 2>&1
verdict $? 'make install DESTDIR=' "$log"
for file in "$("$PG_CONFIG" --pkglibdir)/tds_mirror_fdw.so" \
	"$("$PG_CONFIG" --sharedir)/extension/tds_mirror_fdw.control" \
	"$("$PG_CONFIG" --sharedir)/extension/tds_mirror_fdw--${version%.*}.sql" \
	"$("$PG_CONFIG" --docdir)/extension/tds_mirror_fdw/README.md" \
	"$("$PG_CONFIG" --docdir)/extension/tds_mirror_fdw/doc/failover.md"; do
	[ -s "$dist/installed$file" ]
	verdict $? "it installs $(basename "$file")"
done
make PG_CONFIG="$PG_CONFIG" uninstall DESTDIR="$dist/installed" >"$log" 2>&1
find "$dist/installed" ! -type d >"$log"
[ ! -s "$log" ]
verdict $? 'make uninstall removes all of it' "$log"
make PG_CONFIG="$PG_CONFIG" clean >"$log" 2>&1
find . -type f | sed "s,^\./,$name/," | sort >"$dist/after"
grep -v '/$' "$dist/names" | sort | diff - "$dist/after" >"$log"
verdict $? 'make clean leaves what was unpacked' "$log"
cd "$dist" && rm -rf "$name" installed names after warnings log

echo "dist: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
