# sources.sh: what programs that read and judge broken replies consist of; to be sourced
# with $top, the folder of the project.
#
# Of src/value only what reads is taken, and of that what the reader uses, so that shim.c need not name
# what PostgreSQL has for the rest; instead of the casts of cast.c the shim has none.
streams=$top/test/broken_streams
config=${PG_CONFIG:-pg_config}

plain="-g -O1 -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -I$streams"
sanitized="$plain -fsanitize=address,undefined -fno-sanitize-recover=all"
wrapper="-Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers
 -ffunction-sections -Wl,--gc-sections -I$top/include -I$("$config" --includedir-server)"

# a client is one of the first two, and a main()
reader="$streams/reader.c $streams/client.c $streams/shim.c $streams/shim_numeric.c
 $(ls "$top"/src/value/*.c | grep -v -e /cast.c -e /encode) $top/src/wire/*.c $top/src/pure/*.c
 -L$("$config" --pkglibdir) -L$("$config" --libdir) -lpgcommon -lpgport -lsybdb -lm"
bare="$streams/bare.c $streams/client.c -lsybdb"
recording="$streams/record.c $streams/conversation.c"
judging="$streams/judge.c $streams/tokens.c $streams/token_types.c $streams/reply.c"
