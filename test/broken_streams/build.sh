#!/bin/bash
# build.sh OUT: builds the driver, and each client twice: with sanitizers and, for
# valgrind, without.
#
# Of src/value only what reads is taken, and of that what the reader uses, so that shim.c need not name
# what PostgreSQL has for the rest; instead of the casts of cast.c the shim has none.
set -eu
out=$1
here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
config=${PG_CONFIG:-pg_config}
mkdir -p "$out"

plain="-g -O1 -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -I$here"
sanitized="$plain -fsanitize=address,undefined -fno-sanitize-recover=all"
wrapper="-Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers
 -ffunction-sections -Wl,--gc-sections -I$top/include -I$("$config" --includedir-server)"
reader="$here/reader.c $here/client.c $here/shim.c $here/shim_numeric.c
 $(ls "$top"/src/value/*.c | grep -v -e /cast.c -e /encode) $top/src/wire/*.c $top/src/pure/*.c
 -L$("$config" --pkglibdir) -L$("$config" --libdir) -lpgcommon -lpgport -lsybdb -lm"
bare="$here/bare.c $here/client.c -lsybdb"
driver="$here/driver.c $here/work.c $here/record.c $here/conversation.c $here/mutations.c
 $here/judge.c $here/tokens.c $here/reply.c"

# of words: the lists above
gcc $plain -o "$out/driver" $driver
gcc $sanitized -o "$out/bare" $bare
gcc $plain -o "$out/bare.plain" $bare
gcc $sanitized $wrapper -o "$out/reader" $reader
gcc $plain $wrapper -o "$out/reader.plain" $reader
