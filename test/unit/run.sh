#!/bin/bash
# run.sh OUT: builds every *_test.c of this folder with sanitizers and runs it.
# A test names the project's sources that it links in a comment: "sources: ...".
set -u
out=$1
here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
mkdir -p "$out"

passed=0
failed=0
for test in "$here"/*_test.c; do
	name=$(basename "$test" .c)
	sources=$(sed -n 's,^/\* sources: \(.*\) \*/$,\1,p' "$test")
	echo "# $name"
	if ! (cd "$top" && gcc -std=gnu11 -g -O1 -Wall -Wextra -Werror -D_GNU_SOURCE \
		-fsanitize=address,undefined -fno-sanitize-recover=all -Iinclude -Itest/unit -Itest/standin \
		-o "$out/$name" "$test" $sources -lm -lsqlite3); then
		echo "not ok - $name does not compile"
		failed=$((failed + 1))
		continue
	fi
	status=0
	"$out/$name" >"$out/$name.tap" 2>&1 || status=$?
	p=$(grep -c '^ok' "$out/$name.tap")
	f=$(grep -c '^not ok' "$out/$name.tap")
	grep '^not ok' "$out/$name.tap"
	if [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then
		tail -n 20 "$out/$name.tap"
		echo "not ok - $name ended with status $status"
		f=1
	fi
	echo "$name: $p passed, $f failed"
	passed=$((passed + p))
	failed=$((failed + f))
done
echo "unit: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
