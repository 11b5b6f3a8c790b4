#!/bin/bash
# root.sh ROOT SUITE ARCHIVE VERSION: a Debian of SUITE at ROOT, with what a
# newcomer's has: git, make and CA certificates.  From ARCHIVE, where it is not -,
# apt will take PostgreSQL VERSION, and nothing else.  INCLUDE="a,b" are other packages
# than a newcomer's.
#
# ROOT appears when it is whole, so that an interrupted run leaves none that looks so.
set -euo pipefail
root=$1 suite=$2 beside=$3 version=$4
include=${INCLUDE-ca-certificates,git,make}
bound="setpriv --pdeathsig KILL"	# ends with this program, however that ends

# archive REGEX: the address here of the first of Debian's archives with such a code name
archive()
{
	apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Origin: Debian' |
		awk -v wanted="$1" '$1 ~ wanted && !found { print $2; found = 1 }'
}

mirror=${MIRROR:-$(archive '^[^-]+$')}
if [ -z "$mirror" ]; then
	apt-get update -q >/dev/null
	mirror=$(archive '^[^-]+$')
fi
if [ -z "$mirror" ]; then
	echo "apt here knows no Debian mirror; MIRROR=address names one"
	exit 1
fi

# A suite that this debootstrap has not heard of is made as unstable is.
script=$suite
[ -e "/usr/share/debootstrap/scripts/$suite" ] || script=sid

new=$root.new
$bound rm -rf --one-file-system "$new"
mkdir -p "$new"
$bound unshare --mount --pid --fork --kill-child --mount-proc --propagation private \
	debootstrap --variant=minbase ${include:+--include="$include"} "$suite" "$new" "$mirror" "$script"
chmod 755 "$new"
for file in resolv.conf hosts; do
	[ ! -e "/etc/$file" ] || cp -L "/etc/$file" "$new/etc/$file"
done

# A mirror may be a snapshot; what testing and unstable publish is out of date within days.
echo 'Acquire::Check-Valid-Until "false";' >"$new/etc/apt/apt.conf.d/90tds_mirror_fdw"
security=$(archive '-security$')
if [ -n "$security" ] && [ "$suite" != sid ]; then
	echo "deb $security $suite-security main" >"$new/etc/apt/sources.list.d/security.list"
fi
if [ "$beside" != - ]; then
	echo "deb $mirror $beside main" >"$new/etc/apt/sources.list.d/$beside.list"
	printf 'Package: src:postgresql-%s\nPin: release a=%s\nPin-Priority: 990\n' "$version" "$beside" \
		>"$new/etc/apt/preferences.d/$beside"
fi
mv "$new" "$root"
