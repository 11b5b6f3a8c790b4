#!/bin/sh
# Installs the Debian packages that building and testing needs and that are
# missing.  As an ordinary user it can only name them.
set -eu

server=15

needed="gcc make pkg-config libc6-dev perl util-linux procps
 postgresql-$server postgresql-server-dev-$server
 freetds-dev freetds-bin libsqlite3-dev libssl-dev openssl libipc-run-perl clang"

missing=
for package in $needed; do
	status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "packages are missing:$missing" >&2
	echo "install them first:   apt-get install$missing" >&2
	exit 1
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
	exit 1
fi
rm -f "$log"
