#!/bin/bash
# unprivileged.sh BUILD NAME COMMAND...: runs COMMAND as a user that initdb
# accepts, with BUILD/run/NAME as its scratch folder, and afterwards ends whatever
# it left.
#
# An ordinary user runs it directly.  Root becomes the user "postgres" where that
# user can reach the folder, and otherwise (a checkout below a private folder)
# takes another user's number in a user namespace of its own.
set -eu
build=$1
run=$build/run/$2
shift 2
mkdir -p "$run"
export LAB_BUILD=$build LAB_RUN=$run LC_ALL=C.UTF-8 PGUSER=lab PGDATABASE=postgres
unset PGHOST PGPORT PGSERVICE PGPASSWORD TDSVER TDSPORT TDSHOST TDSDUMP FREETDS FREETDSCONF || true

prefix=()
if [ "$(id -u)" = 0 ]; then
	user=postgres
	if setpriv --reuid="$user" --regid="$user" --clear-groups test -r "$build/../Makefile" -a -x "$run"; then
		chown -R "$user": "$run"
		prefix=(setpriv --reuid="$user" --regid="$user" --clear-groups)
	else
		chown -R root: "$run"
		prefix=(unshare --user --map-user="$(id -u $user)" --map-group="$(id -g $user)")
		"${prefix[@]}" true || {
			echo "$build cannot be reached by the user \"$user\"; use a checkout that others may enter" >&2
			exit 1
		}
	fi
fi

# A session of its own, so that everything it started can be found and ended.
export HOME=$run
"${prefix[@]}" setsid --wait "$@" </dev/null &
child=$!
leave()
{
	for signal in TERM KILL; do
		pkill "-$signal" -s "$child" 2>/dev/null || break
		sleep 0.2
	done
	# pg_ctl gives the server a session of its own
	for file in "$run"/*/data/postmaster.pid; do
		[ -e "$file" ] && kill -QUIT "$(head -n 1 "$file")" 2>/dev/null || true
	done
}
trap leave EXIT
trap 'exit 130' INT TERM
wait "$child"
