#!/bin/sh
# packages.sh [SET]: installs the Debian packages of a set that are missing.  As
# an ordinary user it can only name them.
#
# The server is that of PG_CONFIG where there is one, or will be one by its path,
# and otherwise the one that this Debian comes with.
set -eu
want=${1:-needed}

# The server of the metapackage, of the archive that apt would take it from.
metapackage()
{
	apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p' | head -n 1
}

server=$(${PG_CONFIG:-pg_config} --version 2>/dev/null | sed -n 's/^PostgreSQL \([0-9]*\).*/\1/p')
[ -n "$server" ] || server=$(echo "${PG_CONFIG:-}" | sed -n 's,^/usr/lib/postgresql/\([0-9]*\)/.*,\1,p')
[ -n "$server" ] || server=$(metapackage)
if [ -z "$server" ] && [ "$(id -u)" = 0 ]; then
	apt-get update -q >/dev/null
	server=$(metapackage)
fi
: "${server:=15}"

# Set, must or may, packages.  What must be there and cannot be installed is an
# error; what may be missing is a line here and a skip in the tests that use it.
# PACKAGE:COMMAND is needless where there is the command, of whatever origin.
table="
needed   must  gcc make pkg-config libc6-dev perl util-linux procps
needed   must  postgresql-$server postgresql-server-dev-$server
needed   must  freetds-dev freetds-bin libsqlite3-dev libssl-dev openssl libipc-run-perl clang valgrind
needed   may   python3-tds
clients  may   postgresql-$server-tds-fdw nodejs:node npm:npm
matrix   must  debootstrap
deb      must  build-essential debhelper lintian postgresql-server-dev-all debootstrap git
dist     must  git unzip
plots    must  gnuplot-nox:gnuplot
"

# missing must|may: what this set lacks
missing()
{
	echo "$table" | while read -r set need packages; do
		[ "$set $need" = "$want $1" ] || continue
		for entry in $packages; do
			package=${entry%%:*}
			[ "$package" = "$entry" ] || ! command -v "${entry#*:}" >/dev/null || continue
			status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
			[ "$status" = installed ] || printf ' %s' "$package"
		done
	done
}

# known PACKAGE...: those that apt has an archive for
known()
{
	for package in "$@"; do
		! apt-cache show "$package" >/dev/null 2>&1 || printf ' %s' "$package"
	done
}

if ! echo "$table" | grep -q "^$want "; then
	echo "packages.sh: there is no set \"$want\"" >&2
	exit 2
fi
must=$(missing must)
may=$(missing may)
[ -n "$must$may" ] || exit 0

if [ "$(id -u)" != 0 ]; then
	may=$(known $may)
	[ -z "$may" ] || echo "packages are missing, and tests will be skipped:$may" >&2
	[ -n "$must" ] || exit 0
	echo "packages are missing:$must" >&2
	echo "install them first:   apt-get install$must$may" >&2
	exit 1
fi

# Where only what no archive has is missing, there is nothing to do.
if [ -z "$must" ] && [ -n "$(find /var/lib/apt/lists -name '*Packages*' -print -quit)" ]; then
	may=$(known $may)
	[ -n "$may" ] || exit 0
fi

# The package would make a cluster and start it; this project makes its own.
conf=/etc/postgresql-common/createcluster.d/tds_mirror_fdw.conf
mkdir -p /etc/postgresql-common/createcluster.d
echo "create_main_cluster = false" >"$conf"
log=$(mktemp)
trap 'rm -f "$conf" "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive

# installed PACKAGE...: whether they could be installed; says why not
installed()
{
	apt-get install -y -q --no-install-recommends "$@" >"$log" 2>&1 || {
		tail -n 20 "$log" >&2
		return 1
	}
}

echo "installing packages:$must$may"
apt-get update -q >"$log" 2>&1 || {
	tail -n 20 "$log" >&2
	[ -z "$must" ]
	exit
}
[ -z "$must" ] || installed $must
for package in $(known $may); do
	installed "$package" || true
done
