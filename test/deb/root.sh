#!/bin/bash
# root.sh BUILD PACKAGE PORTS: installs PACKAGE in a fresh Debian below BUILD/deb,
# uses it against the pair that PORTS tells of, and removes it.
#
# The Debian is the one that this machine runs, from the same archives.  As in
# test/matrix/enter.sh all of it happens in namespaces of its own, here in one for the
# whole script, because a server runs in the root from step to step: whatever the end,
# no mount and no process survives.  The network is that of the machine.
set -u
if [ "${DEB_ROOT_INSIDE:-}" != yes ]; then
	export DEB_ROOT_INSIDE=yes
	exec setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --propagation private "$0" "$@"
fi
build=$1
package=$2
ports=$3
here=$(cd "$(dirname "$0")" && pwd)
. "$here/verdict.sh"
scratch=$build/deb/root-test
root=$scratch/root
name=$(dpkg-deb -f "$package" Package)
version=$(echo "$name" | sed 's/^postgresql-\([0-9]*\)-.*/\1/')

inside()
{
	chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive "$@"
}

# step TITLE COMMAND...: in the root, and its output where it fails
step()
{
	local title=$1
	shift
	inside "$@" >"$scratch/step.log" 2>&1
	verdict $? "$title" "$scratch/step.log"
}

# story CHAPTER...: as the user that administers the server
story()
{
	perl "$here/story.pl" "$here/../../README.md" "$ports" \
		chroot --userspec=postgres:postgres "$root" env -i HOME=/var/lib/postgresql \
		PATH=/usr/bin:/bin LANG=C.UTF-8 psql -p "$port" -- "$@" || failed=1
}

# left BEFORE AFTER: what the second list of files has and the first has not
left()
{
	comm -13 "$1" "$2" | grep -v '^$'
}

# list NAME: the files of the root, as they are now
list()
{
	perl "$here/files.pl" "$root" >"$scratch/$1"
}

suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mkdir -p "$scratch"
INCLUDE=ca-certificates "$here/../matrix/root.sh" "$root" "$suite" - "$version" >"$scratch/step.log" 2>&1
verdict $? "a fresh Debian ($suite)" "$scratch/step.log"
[ "$failed" -eq 0 ] || exit 1
mount -t proc proc "$root/proc"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
# No service is started by its installation: that would be on the machine's ports.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
cp "$package" "$root/srv/package.deb"
step 'which finds its archives' apt-get update -q

list fresh
inside dpkg-query -W -f '${Package}\n' | sort >"$scratch/packages.fresh"
step "apt install of $name, and of nothing else" \
	apt-get install -y -q --no-install-recommends /srv/package.deb
[ "$failed" -eq 0 ] || exit 1
inside dpkg -L "$name" | sort >"$scratch/shipped"

# The cluster that the installation made, by its socket only.
port=5432
step 'a cluster' sh -c "pg_conftool -s $version main set listen_addresses '' &&
	pg_conftool -s $version main set port $port && pg_ctlcluster $version main start"
story cookbook reads failover writes failover reads
learned=$(find "$root/var/lib/postgresql/$version/main/tds_mirror_fdw" -type f 2>/dev/null | wc -l)
[ "$learned" -gt 0 ]
verdict $? 'what was learned of the pair is in the folder of the cluster'
step 'the package is installed over itself' \
	apt-get install -y -q --no-install-recommends --reinstall /srv/package.deb
story reads failover drop
step "apt purge of $name" apt-get purge -y -q "$name"
step 'the cluster is dropped' pg_dropcluster --stop "$version" main
list purged

# Nothing in the list of the package is there, but for folders that others have, too.
while read -r path; do
	[ ! -e "$root$path" ] || inside dpkg -S "$path" >/dev/null 2>&1 || echo "$path"
done <"$scratch/shipped" | grep -v '^/\.$' >"$scratch/left.shipped"
inside dpkg-query -W "$name" >/dev/null 2>&1 && echo "dpkg knows $name" >>"$scratch/left.shipped"
[ ! -s "$scratch/left.shipped" ]
verdict $? 'no file of it is left' "$scratch/left.shipped"

# Once more, where the server stays: before and after are the same.
step 'the package is installed again' apt-get install -y -q --no-install-recommends /srv/package.deb
step 'another cluster' sh -c "pg_createcluster -p $port $version again -- -A trust &&
	pg_conftool -s $version again set listen_addresses '' && pg_ctlcluster $version again start"
story cookbook drop
step 'which is dropped' pg_dropcluster --stop "$version" again
step "apt purge of $name" apt-get purge -y -q "$name"
list again
left "$scratch/purged" "$scratch/again" >"$scratch/left.again"
[ ! -s "$scratch/left.again" ]
verdict $? 'what was there before is there after it, and no more' "$scratch/left.again"

# And with what it brought along.
inside dpkg-query -W -f '${Package}\n' | sort | comm -13 "$scratch/packages.fresh" - >"$scratch/packages.brought"
step 'apt purge of what it brought along' apt-get purge -y -q $(cat "$scratch/packages.brought")
list last
left <(cut -d ' ' -f 1 "$scratch/fresh" | sort) <(cut -d ' ' -f 1 "$scratch/last" | sort) >"$scratch/left.fresh"
[ ! -s "$scratch/left.fresh" ]
verdict $? 'and the Debian is what it was' "$scratch/left.fresh"

count=$(cat "$scratch"/left.{shipped,again,fresh} | wc -l)
echo "bar deb_left_behind $count 0 $([ "$count" -eq 0 ] && echo ok || echo short)"
exit $failed
