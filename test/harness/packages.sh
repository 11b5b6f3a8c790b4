#!/bin/sh
# packages.sh [clients]: installs the Debian packages that building and testing
# needs and that are missing.  As an ordinary user it can only name them.
#
# Those of clients are wanted, not needed: what is missing is a line here and a
# skip there.  The server is that of PG_CONFIG where there is one, and otherwise
# the one that this Debian comes with.
set -eu

server=$(${PG_CONFIG:-pg_config} --version 2>/dev/null | sed -n 's/^PostgreSQL \([0-9]*\).*/\1/p')
if [ -z "$server" ]; then
	metapackage()
	{
		apt-cache show postgresql 2>/dev/null | sed -n 's/^Depends: .*postgresql-\([0-9]*\).*/\1/p' | head -n 1
	}
	server=$(metapackage)
	if [ -z "$server" ] && [ "$(id -u)" = 0 ]; then
		apt-get update -q >/dev/null
		server=$(metapackage)
	fi
	: "${server:=15}"
fi

needed="gcc make pkg-config libc6-dev perl util-linux procps
 postgresql-$server postgresql-server-dev-$server
 freetds-dev freetds-bin libsqlite3-dev libssl-dev openssl libipc-run-perl clang python3-tds valgrind"

what=needed
if [ "${1:-}" = clients ]; then
	what=clients
	needed="postgresql-$server-tds-fdw"
	# of whatever origin
	command -v node >/dev/null && command -v npm >/dev/null || needed="$needed nodejs npm"
fi

missing=
for package in $needed; do
	status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "packages are missing:$missing" >&2
	echo "install them first:   apt-get install$missing" >&2
	[ "$what" = clients ]
	exit
fi

# The package would make a cluster and start it; this project makes its own.
conf=/etc/postgresql-common/createcluster.d/tds_mirror_fdw.conf
mkdir -p /etc/postgresql-common/createcluster.d
echo "create_main_cluster = false" >"$conf"
trap 'rm -f "$conf"' EXIT

echo "installing packages:$missing"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
if ! { apt-get update -q && apt-get install -y -q --no-install-recommends $missing; } >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	rm -f "$log"
	[ "$what" = clients ]
	exit
fi
rm -f "$log"
