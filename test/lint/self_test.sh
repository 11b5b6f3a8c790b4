#!/bin/bash
# self_test.sh: plants one violation of each kind into a copy of the tree and
# sees whether run.sh catches it, and plants what is just allowed and sees
# whether it passes.  A check that cannot fail would be caught here.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

mkdir "$scratch/whole" "$scratch/small"
(cd "$top" && tar cf - --exclude=./.git --exclude=./build --exclude=node_modules .) |
	tar xf - -C "$scratch/whole"

# Compiling takes time, so checks that compile get a tree with little to compile.
(cd "$top" && tar cf - test/lint include src/pure) | tar xf - -C "$scratch/small"
mkdir -p "$scratch/small/src/wire" "$scratch/small/src/session" "$scratch/small/test/standin"

passed=0
failed=0

verdict() {
	if [ "$1" -eq 0 ]; then
		echo "ok - $2"
		passed=$((passed + 1))
	else
		echo "not ok - $2"
		failed=$((failed + 1))
	fi
}

# lint TREE CHECK [LIBRARY]: the output of one check of a tree
lint() {
	bash "$1/test/lint/run.sh" "${3:-}" "$2" 2>&1
}

fresh() {
	case $1 in
		warnings | analysis) echo "$scratch/small" ;;
		*) echo "$scratch/whole" ;;
	esac
}

# catches CHECK COMPLAINT FILE TEXT: with TEXT put at the end of FILE, CHECK
# complains about FILE in words that match COMPLAINT, and without it does not.
catches() {
	local tree result before after
	tree=$(fresh "$1")
	before=$(lint "$tree" "$1")
	mkdir -p "$(dirname "$tree/$3")"
	[ -f "$tree/$3" ] && cp -p "$tree/$3" "$scratch/saved"
	printf '%b' "$4" >>"$tree/$3"
	after=$(lint "$tree" "$1")
	result=0
	printf '%s\n' "$after" | grep -q "^not ok - $1:" || result=1
	printf '%s\n' "$after" | grep -Eq "$3.*$2" || result=1
	[ "$(printf '%s\n' "$before" | grep -Ec "$3.*$2")" -lt \
		"$(printf '%s\n' "$after" | grep -Ec "$3.*$2")" ] || result=1
	restore "$tree" "$3"
	verdict $result "$1 catches: $2 ($3)"
}

# allows CHECK FILE TEXT: the same, but CHECK has no complaint about FILE.
allows() {
	local tree result
	tree=$(fresh "$1")
	mkdir -p "$(dirname "$tree/$2")"
	printf '%b' "$3" >"$tree/$2"
	result=0
	lint "$tree" "$1" | grep -q "$2" && result=1
	restore "$tree" "$2"
	verdict $result "$1 allows: $4"
}

restore() {
	if [ -f "$scratch/saved" ]; then
		mv "$scratch/saved" "$1/$2"
	else
		rm -f "$1/$2"
	fi
}

repeat() {
	local i
	for ((i = 0; i < $1; i++)); do
		printf '%s\\n' "$2"
	done
}

catches layers 'pure must not include' src/pure/pair.c '#include "session/session.h"\n'
catches layers 'pure includes no time.h' src/pure/pair.c '#include <time.h>\n'
catches layers 'pure includes no postgres.h' include/pure/pair.h '#include "postgres.h"\n'
catches layers 'session must not include' src/session/planted.c '#include "plan/relinfo.h"\n'
catches layers 'option must not include' include/option/planted.h '#include "session/session.h"\n'
catches layers 'only src/wire includes FreeTDS' src/session/planted.c '#include <sybdb.h>\n'
catches layers 'only src/wire includes FreeTDS' include/wire/planted.h '#include <sybfront.h>\n'
catches layers 'wire includes no' src/wire/planted.c '#include "postgres.h"\n'
catches layers 'with its layer' src/session/planted.c '#include "pair.h"\n'
catches layers 'does not exist' src/session/planted.c '#include "pure/nothing.h"\n'
catches layers 'no layer has such a folder' src/common/planted.c 'int x;\n'
allows layers src/exec/planted.c '#include "postgres.h"\n#include <math.h>\n#include "plan/relinfo.h"\n' \
	'an upper layer that looks down'

catches facts 'is a fact at' test/facts/nulls.facts '\nname: exists\nsql: SELECT 1\nwant: 1\nsource: SELECT\n'
catches facts 'must be there' test/facts/nulls.facts '\nname: no-answer\nsql: SELECT 1\n'
catches facts 'no fact of test/facts is called' src/plan/planted.c \
	'const TmfRule rules[] = {\n\t{1, "EXACT", "no-such-fact"},\n};\n'

catches version 'give the difference a name' src/session/planted.c '#if PG_VERSION_NUM >= 160000\n#endif\n'
allows version src/session/planted.c '/* PG_VERSION_NUM */\n' 'a comment about it'

catches lengths '601 lines' src/session/planted.c "$(repeat 601 'int x;')"
catches lengths '601 lines' sql/planted.sql "$(repeat 601 'SELECT 1;')"
catches lengths 'long_one has 121 lines' src/session/planted.c \
	"static int\nlong_one(void)\n{\n$(repeat 119 '')}\n"
catches lengths 'long_one has 121 lines' t/planted.pl "sub long_one\n{\n$(repeat 118 '')}\n"
catches lengths 'long_one has 121 lines' test/planted.sh "long_one() {\n$(repeat 119 '')}\n"
allows lengths src/session/planted.c \
	"static int\nlong_one(void)\n{\n$(repeat 118 '')}\n$(repeat 478 'int x;')" \
	'600 lines with a function of 120'

catches prose 'do it now' src/session/planted.c '/* TO''DO: this */\n'
catches prose 'do it now' doc/planted.md 'FIX''ME\n'
catches prose 'do it now' t/planted.pl '# XX''X\n'
catches prose 'blanks at the end' sql/planted.sql 'SELECT 1; \n'
catches prose 'one machine only' test/planted.sh 'cd /wo''rk/main\n'
catches prose 'one machine only' doc/planted.md 'see `/ho''me/me/notes`\n'
catches prose 'indent with tabs' src/session/planted.c 'int\nf(void)\n{\n    return 1;\n}\n'
catches prose 'comments' src/session/planted.c '\t// no\n'
allows prose src/session/planted.c '\t\t   x = "XXXXXX";	/* 3 blanks, a template */\n' \
	'blanks that fill up to a tab'

catches places 'WaitLatch' src/session/planted.c 'x = WaitLatch(l, 0, 1, 2);\n'
catches places 'poll' src/session/planted.c 'x = poll(fds, 1, 5);\n'
catches places 'select' src/wire/planted.c 'x = select(1, NULL, NULL, NULL, NULL);\n'
catches places 'nothing sleeps' src/session/wait.c 'pg_usleep(1000L);\n'
catches places 'wire_open' src/session/planted.c 'x = dbopen(login, NULL);\n'
catches places 'handlers' src/wire/planted.c 'dberrhandle(NULL);\n'
catches places 'closes the connections' src/wire/planted.c 'dbexit();\n'
catches places 'nothing may jump' src/wire/planted.c 'elog(DEBUG1, "x");\n'
catches places 'nothing may jump' src/pure/planted.c 'ereport(ERROR, 1);\n'
catches places 'pure has no memory' src/pure/planted.c 'x = malloc(1);\n'
catches places 'pure has no memory' src/pure/planted.c 'x = time(NULL);\n'
catches places 'status inside' src/wire/planted.c 'longjmp(env, 1);\n'
catches places 'signal handlers' src/session/planted.c 'pqsignal(SIGINT, f);\n'
catches places 'not ours to end' src/wire/planted.c 'exit(1);\n'
allows places src/wire/planted.c '/* dbexit() */ const char *s = "ereport(x)"; proc_exit(0); a->exit(1);\n' \
	'comments, strings and other names'

catches functions 'no PG_FUNCTION_INFO_V1' 'tds_mirror_fdw--1.0--1.1.sql' \
	"CREATE FUNCTION planted_f(a int, b text DEFAULT 'x')\nRETURNS int AS 'MODULE_PATHNAME' LANGUAGE C;\n"
catches functions 'is in no script' src/admin/planted.c 'PG_FUNCTION_INFO_V1(planted_f);\n'
catches functions 'c_name has no PG_FUNCTION_INFO_V1' 'tds_mirror_fdw--1.0--1.1.sql' \
	"CREATE FUNCTION f() RETURNS int AS 'MODULE_PATHNAME', 'c_name' LANGUAGE C;\n"

# changes CHECK COMPLAINT FILE EXPRESSION: the same with FILE edited by sed.
changes() {
	local tree=$scratch/whole result=0
	cp -p "$tree/$3" "$scratch/saved"
	lint "$tree" "$1" | grep -q "^ok - $1:" || result=1
	sed -i "$4" "$tree/$3"
	lint "$tree" "$1" | grep -Eq "$2" || result=1
	restore "$tree" "$3"
	verdict $result "$1 catches: $2 ($4)"
}

changes meta 'no JSON' META.json '$s/}//'
changes meta 'has no "abstract"' META.json '/^   "abstract"/d'
changes meta 'name is no term' META.json 's/^   "name": "[^"]*/&\/x/'
changes meta 'it.version is no version' META.json 's/^   "version": "1.0.0"/   "version": "1.0"/'
changes meta 'license is no license' META.json 's/"postgresql"/"ours"/'
changes meta 'docfile is no file' META.json 's/README.md/README.txt/'
changes meta 'PostgreSQL is no range' META.json 's/15.0.0/15/'
changes meta 'tags is no tag' META.json 's/"tds"/"tds\/7.4"/'
changes meta 'may not have "url"' META.json 's/"license"/"url": "x", &/'
changes meta 'no_index is no map' META.json 's/"no_index": {/"no_index": [], "x_rest": {/'
changes release 'another version than' META.json 's/^         "version": "1.0.0"/         "version": "1.0.1"/'
changes release 'is no 1.1.n' tds_mirror_fdw.control "s/'1.0'/'1.1'/"
changes release 'debian/changelog: begins' debian/changelog '1s/(1.0.0)/(1.0.1)/'
changes release 'CHANGELOG.md: begins' CHANGELOG.md 's/^## 1.0 /## 1.2 /'
changes release 'released; CHANGELOG.md says otherwise' META.json '/release_status/d'
changes release 'debian/control: is not' debian/control.in 's/^Section: .*/Section: misc/'
changes release 'debian/copyright: has another text' LICENSE 's/without fee/for a fee/'
catches release 'states version' src/session/planted.c '#define TMF_VERSION_STRING "0.9"\n'

catches warnings 'unused' src/pure/planted.c 'static int x;\n'
catches warnings 'missing-prototypes|no previous prototype' src/wire/planted.c 'int f(void) { return 1; }\n'
catches warnings 'uninitialized' src/session/planted.c \
	'#include "postgres.h"\nextern int f(void);\nint\nf(void)\n{\n\tint x;\n\n\treturn x ? 1 : f() + x;\n}\n'
catches warnings 'maybe-uninitialized|truncat' src/session/planted.c \
	'#include <stdio.h>\nextern void f(char *p, int i);\nvoid\nf(char *p, int i)\n{\n\tchar b[40];\n\n\tsnprintf(b, sizeof(b), "%d", i);\n\tsnprintf(p, 12, "%s and a long tail", b);\n}\n'
catches warnings 'unused' test/standin/planted.c 'static int x;\n'
catches warnings 'pedantic|C90|ISO C' src/pure/planted.c 'extern int a[0];\n'
catches warnings 'no rule says' bench/planted.c 'int x;\n'

catches analysis 'leak|malloc' src/pure/planted.c \
	'#include <stdlib.h>\nextern void f(void);\nvoid\nf(void)\n{\n\tchar *p = malloc(4);\n\n\tif (p)\n\t\t*p = 1;\n}\n'
catches analysis 'use-after-free|after it is freed|double' src/wire/planted.c \
	'#include <stdlib.h>\nextern void f(void *p);\nvoid\nf(void *p)\n{\n\tfree(p);\n\tfree(p);\n}\n'

# The library: one that is all right, one that says too much, none at all.
printf 'int Pg_magic_func, _PG_init, pg_finfo_f, f;\n' >"$scratch/good.c"
printf 'int Pg_magic_func, _PG_init, pg_finfo_f, f, stray;\n' >"$scratch/stray.c"
printf 'int pg_finfo_f, f;\n' >"$scratch/lame.c"
for name in good stray lame; do
	gcc -shared -fPIC -o "$scratch/$name.so" "$scratch/$name.c"
done
lint "$scratch/whole" symbols "$scratch/good.so" | grep -q '^ok'
verdict $? 'symbols allows: entry points'
lint "$scratch/whole" symbols "$scratch/stray.so" | grep -q 'stray: leaves the library'
verdict $? 'symbols catches: a symbol that leaves the library'
lint "$scratch/whole" symbols "$scratch/lame.so" | grep -q 'Pg_magic_func: missing'
verdict $? 'symbols catches: a library without magic'
lint "$scratch/whole" symbols "$scratch/none.so" | grep -q 'not built'
verdict $? 'symbols catches: no library'

! lint "$scratch/whole" no_such_check >/dev/null
verdict $? 'a run without any check fails'

echo "lint_self: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
