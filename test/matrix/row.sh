#!/bin/bash
# row.sh FOLDER VERSION SUITE ARCHIVE: one row of the matrix.
#
# FOLDER/VERSION is its Debian, FOLDER/VERSION.log all that was said there, and
# FOLDER/VERSION.row what the table shows of it, a line each: WHAT VALUE.
set -euo pipefail
folder=$1 version=$2 suite=$3 archive=$4
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
root=$folder/$version
log=$folder/$version.log
row=$folder/$version.row
start=$SECONDS
bound="setpriv --pdeathsig KILL"	# ends with this program, however that ends

say() { printf '%s %5d s  %s\n' "$version" $((SECONDS - start)) "$*"; }

# What happens inside, as it comes: the lines of the row, and what shows that it goes on.
follow()
{
	local line what rest
	while IFS= read -r line; do
		printf '%s\n' "$line" >>"$log"
		case $line in
			'= '*)
				printf '%s\n' "${line#= }" >>"$row"
				read -r what rest <<<"${line#= }"
				case $what in
					PostgreSQL | FreeTDS | gcc) say "$what $rest" ;;
					*) read -r passed failed seconds <<<"$rest"
						say "$what: $passed passed, $failed failed ($seconds s)" ;;
				esac ;;
			'not ok'* | 'ok '[0-9]*.pl:* | FAILED* | bar* | skip* | *'warning:'* | *' s  '* | 'installing packages'* | building)
				say "    ${line:0:160}" ;;
		esac
	done
}

: >"$log"
: >"$row"
[ -z "${FRESH:-}" ] || $bound rm -rf --one-file-system "$root"
if [ -d "$root" ]; then
	say "$suite as it was made before; FRESH=1 makes it anew"
else
	say "making $suite"
	$bound "$here/root.sh" "$root" "$suite" "$archive" "$version" >>"$log" 2>&1 || {
		tail -n 5 "$log"
		say "$suite could not be made: $log"
		exit 1
	}
fi

# A clean checkout, and what is kept beside the project where it is.
$bound rm -rf --one-file-system "$root/src/main" "$root/src/shared"
mkdir -p "$root/src"
git -c advice.detachedHead=false clone -q "$top" "$root/src/main"
[ ! -d "$top/../shared" ] || cp -r "$top/../shared" "$root/src/shared"

# The server is this Debian's own where the archive is; another's must be named.
config=
[ "$archive" = - ] || config=PG_CONFIG=/usr/lib/postgresql/$version/bin/pg_config
"$here/enter.sh" "$root" $config bash /src/main/test/matrix/inside.sh "$version" "$SCALE" $SUITES 2>&1 | follow
say "$suite is done"
