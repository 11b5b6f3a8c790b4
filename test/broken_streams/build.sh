#!/bin/bash
# build.sh OUT: builds the driver, and each client twice: with sanitizers and, for
# valgrind, without.
set -eu
out=$1
here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
. "$here/sources.sh"
mkdir -p "$out"

driver="$here/driver.c $here/work.c $here/mutations.c $recording $judging"

# of words: the lists above and in sources.sh
gcc $plain -o "$out/driver" $driver
gcc $sanitized -o "$out/bare" "$here/client_loop.c" $bare
gcc $plain -o "$out/bare.plain" "$here/client_loop.c" $bare
gcc $sanitized $wrapper -o "$out/reader" "$here/client_loop.c" $reader
gcc $plain $wrapper -o "$out/reader.plain" "$here/client_loop.c" $reader
