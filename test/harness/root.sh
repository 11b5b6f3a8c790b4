#!/bin/sh
# root.sh BUILD: a copy of the server's programs and files below BUILD/root, in
# the same relative places, with the extension installed in it.  PostgreSQL
# finds its folders relative to its program, so nothing else is needed to run
# CREATE EXTENSION without touching the system.
set -eu
build=$1
: "${PG_CONFIG:=pg_config}"
root=$build/root

for kind in bindir pkglibdir sharedir; do
	folder=$($PG_CONFIG --$kind)
	# a package added since shows in the time of some folder
	[ -e "$root$folder/.copied" ] && [ -z "$(find "$folder" -newer "$root$folder/.copied" -print -quit)" ] && continue
	mkdir -p "$root$folder"
	cp -RLp "$folder/." "$root$folder/"
	touch "$root$folder/.copied"
done

make --no-print-directory -s -C "$build/extension" -f "$build/../Makefile" \
	VPATH="$build/.." with_llvm=no install DESTDIR="$root" >/dev/null
echo "$root$($PG_CONFIG --bindir)" >"$build/bindir"
