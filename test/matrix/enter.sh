#!/bin/sh
# enter.sh ROOT NAME=VALUE... COMMAND...: runs COMMAND as root in the Debian at ROOT.
#
# Mounts and processes are of namespaces of their own.  They end with this program,
# and with the one that started it, however those end: nothing stays mounted or
# running, and nobody who deletes ROOT can reach anything through it.
set -eu

exec setpriv --pdeathsig KILL \
	unshare --mount --pid --fork --kill-child --propagation private sh -euc '
	root=$1
	shift
	mount -t proc proc "$root/proc"
	mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$root/dev/pts"
	mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
	exec chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive "$@"' enter.sh "$@"
