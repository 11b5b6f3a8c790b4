#!/bin/bash
# build.sh BUILD: the Debian packages of this tree, in BUILD/deb.
#
# PGVERSIONS says for which versions of the server ("15 17"); without it, for those
# whose development package is installed.  What is built is the tree as it stands,
# without what git ignores, copied to BUILD/deb/src; and then, elsewhere, the source
# package, to see that it is whole and that the result does not depend on the place.
# Prints "ok - ..." or "not ok - ..." for each thing that must be so, and what lintian
# has to say.
set -u
build=$1
top=$(cd "$build/.." && pwd)
deb=$build/deb
export PG_SUPPORTED_VERSIONS=${PGVERSIONS:-installed}
unset MAKEFLAGS MAKELEVEL MFLAGS PG_CONFIG
. "$(dirname "$0")/verdict.sh"

# The tree, with a control file for the versions asked for.
copy()
{
	mkdir -p "$deb/src"
	(
		cd "$top" || exit 1
		if git rev-parse --git-dir >/dev/null 2>&1; then
			git ls-files -z -co --exclude-standard |
				perl -0 -ne 'chomp; print "$_\0" if -e || -l'
		else
			find . \( -path ./build -o -path ./.git \) -prune -o ! -type d -print0
		fi | tar cf - --null --no-recursion -T -
	) | tar xf - -C "$deb/src"
	(cd "$deb/src" && pg_buildext updatecontrol)
}

# package FOLDER KIND: what dpkg-buildpackage makes of the tree there lies beside it
package()
{
	(cd "$1" && dpkg-buildpackage -us -uc "--build=$2") >"$1/../build.log" 2>&1
}

rm -rf "$deb/src" "$deb/again" "$deb"/*.{deb,dsc,xz,buildinfo,changes}
copy && package "$deb/src" full
verdict $? 'the packages are built' "$deb/build.log"
[ "$failed" -eq 0 ] || exit 1

! grep -n 'warning:' "$deb/build.log" >"$deb/warnings"
verdict $? 'without a warning' "$deb/warnings"

for version in $(cd "$deb/src" && pg_buildext supported-versions); do
	ls "$deb/postgresql-$version-tds-mirror-fdw"_*.deb >/dev/null
	verdict $? "there is one for PostgreSQL $version"
done

mkdir -p "$deb/again"
dpkg-source -q --extract "$deb"/*.dsc "$deb/again/in-another-place" && package "$deb/again/in-another-place" binary
verdict $? 'the source package gives them once more, elsewhere' "$deb/again/build.log"
different=
for file in "$deb"/*.deb; do
	cmp "$file" "$deb/again/$(basename "$file")" || different="$different $(basename "$file")"
done
[ -z "$different" ]
verdict $? "and are the same to the last byte$different"
rm -rf "$deb/again"

# Not counted: spelling in binaries, where the "words" are machine code, others in each
# build, and the messages are in the source; and what newer policies than that of the
# oldest Debian in debian/control have made needless or have replaced.
uncounted='spelling-error-in-binary|out-of-date-standards-version|package-uses-old-debhelper-compat-version'
uncounted="$uncounted|redundant-priority-optional-field|redundant-rules-requires-root-no-field"
lintian --allow-root --show-overrides -EvIL +pedantic "$deb"/*.changes >"$deb/lintian.log" 2>&1
grep -E '^[EWIPX]: ' "$deb/lintian.log" | grep -vE ": ($uncounted)( |$)" >"$deb/lintian.hints"
grep -q '^O: postgresql-.*: repeated-path-segment ' "$deb/lintian.log"
verdict $? 'lintian looks at them, and knows what is meant to be so' "$deb/lintian.log"
hints=$(grep -c . "$deb/lintian.hints")
serious=$(grep -cE '^[EW]: ' "$deb/lintian.hints")
[ "$hints" -eq 0 ]
verdict $? 'and has no error, no warning and no remark' "$deb/lintian.hints" 60
echo "bar deb_lintian $serious 0 $([ "$serious" -eq 0 ] && echo ok || echo short)"
exit $failed
