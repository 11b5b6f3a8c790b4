#!/bin/bash
# build.sh OUT: builds the recorder, the players, with sanitizers, and the relay.
set -eu
out=$1
here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
. "$top/test/broken_streams/sources.sh"
mkdir -p "$out"

breaking="$here/corpus.c $here/mutate.c $here/mutate_token.c $here/mutate_type.c $judging"
playing="$here/player.c $here/replay.c $breaking"

# of words: the lists above and in sources.sh
gcc $plain -o "$out/recorder" "$here/recorder.c" "$here/corpus.c" $recording $judging
gcc $sanitized $wrapper -o "$out/player" $playing $reader
gcc $sanitized -o "$out/player.bare" $playing $bare
gcc $plain -o "$out/relay" "$here/relay.c" $breaking
